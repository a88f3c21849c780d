//! Output: results on standard output; progress on standard error, a bar on a terminal, lines elsewhere.

use std::io::{stderr, ErrorKind, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::CliError;

/// Prints on standard output, with colour only on a terminal. That nobody reads on is no failure.
/// # Errors: [`CliError::System`]
pub fn show(text: &str) -> Result<(), CliError> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Shows a stage and how far it is.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    stage: Option<(String, Instant)>,
    is_terminal: bool,
    next_percent: u64,
}

/// Off a terminal a stage tells its progress each time it has advanced by this much.
const LINE_PERCENT: u64 = 20;

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    /// Nothing shown yet.
    pub fn new() -> Self {
        let is_terminal = stderr().is_terminal();
        let bar = ProgressBar::new(0);
        let target = if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        bar.set_draw_target(target);
        let style = ProgressStyle::with_template("{spinner} {msg:<34} {bar:30} {percent:>3} %");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, started: Instant::now(), stage: None, is_terminal, next_percent: LINE_PERCENT }
    }

    /// Begins a stage of `steps` steps, and says how long the one before took.
    pub fn stage(&mut self, name: &str, steps: u64) {
        self.end_stage();
        self.stage = Some((name.to_owned(), Instant::now()));
        self.next_percent = LINE_PERCENT;
        self.bar.set_length(steps.max(1));
        self.bar.set_position(0);
        self.bar.set_message(name.to_owned());
        if !self.is_terminal {
            eprintln!("{name} ...");
        }
    }

    /// One step of the stage is done.
    pub fn step(&mut self) {
        self.bar.inc(1);
        let percent = 100 * self.bar.position() / self.bar.length().unwrap_or(1).max(1);
        if !self.is_terminal && percent >= self.next_percent && percent < 100 {
            self.next_percent = percent - percent % LINE_PERCENT + LINE_PERCENT;
            eprintln!("  {percent} %");
        }
    }

    /// Ends the last stage.
    /// # Returns: the time since the start
    pub fn finish(&mut self) -> Duration {
        self.end_stage();
        self.bar.finish_and_clear();
        self.started.elapsed()
    }

    fn end_stage(&mut self) {
        if let Some((name, since)) = self.stage.take() {
            let line = format!("{name}: {:.1} s", since.elapsed().as_secs_f64());
            if self.is_terminal {
                self.bar.println(line);
            } else {
                eprintln!("{line}");
            }
        }
    }
}
