//! When the user, or the system, asks a server to end.

use std::io;

use tokio::runtime::Runtime;
#[cfg(unix)]
use tokio::signal::unix::{signal, Signal, SignalKind};

/// Hears Ctrl-C and the signal that asks a program to end, from the moment it is made.
pub struct Interrupt {
    runtime: Runtime,
    #[cfg(unix)]
    signals: [Signal; 2],
}

impl Interrupt {
    /// Begins to listen. What comes before [`Interrupt::wait`] is not lost.
    /// # Errors: the system refuses a handler
    pub fn listen() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        #[cfg(unix)]
        let signals = {
            let _inside = runtime.enter();
            [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]
        };
        Ok(Self {
            runtime,
            #[cfg(unix)]
            signals,
        })
    }

    /// Waits until it is asked.
    /// # Errors: the system refuses a handler
    pub fn wait(self) -> io::Result<()> {
        #[cfg(unix)]
        {
            let [mut interrupt, mut terminate] = self.signals;
            self.runtime.block_on(async {
                tokio::select! {
                    _ = interrupt.recv() => Ok(()),
                    _ = terminate.recv() => Ok(()),
                }
            })
        }
        #[cfg(not(unix))]
        self.runtime.block_on(tokio::signal::ctrl_c())
    }
}
