//! The chain stays up: JSON-RPC, a live feed, and keepers that keep the market open.

use std::{
    fmt::Write,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use equipoise_chain::rpc::{self, Interrupt, Options, ServeError};

use crate::demo::Demo;
use crate::error::CliError;
use crate::progress::show;
use crate::units::tokens;

/// Seconds between answers of the feed.
const TICK_SECS: u64 = 2;
/// Volatility of the live feed, per square root of a year.
const LIVE_VOL: f64 = 0.6;

/// Makes sure that the port can be listened on, before anything runs.
/// # Errors: [`CliError::Serve`]
pub fn require_free(port: u16) -> Result<(), CliError> {
    let address = address(port);
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(cause) if cause.kind() == std::io::ErrorKind::AddrInUse => Err(ServeError::AddressInUse(address).into()),
        Err(source) => Err(ServeError::Listen { address, source }.into()),
    }
}

/// Opens the market anew on the chain of a demo that has ended, and serves it until Ctrl-C.
/// # Errors: [`CliError`]
pub fn serve(mut demo: Demo, port: u16) -> Result<(), CliError> {
    demo.reopen()?;
    let options = Options {
        accounts: demo.accounts.iter().map(|account| account.address).collect(),
        ..Options::new(address(port))
    };
    let interrupted = interruption()?;
    let server = rpc::serve(demo.world.share_chain(), &options)?;
    show(&announcement(&mut demo, &server.url())?)?;
    tick_until(&interrupted, &mut demo);
    server.stop();
    Ok(())
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Answers the feed, settles, lists and posts, until the interruption comes.
fn tick_until(interrupted: &Receiver<()>, demo: &mut Demo) {
    let mut last_problem = String::new();
    loop {
        match interrupted.recv_timeout(Duration::from_secs(TICK_SECS)) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        match demo.tick(TICK_SECS, LIVE_VOL) {
            Ok(()) => last_problem.clear(),
            // A client has moved the clock in between: the next answer goes on from there.
            Err(CliError::Time(_)) => {}
            // Clients have every key and may do what keepers then stumble over. The chain stays up.
            Err(error) => {
                let problem = error.to_string();
                if problem != last_problem {
                    anstream::eprintln!("keeper: {problem}");
                }
                last_problem = problem;
            }
        }
    }
}

/// Receives when the user, or the system, asks the program to end.
/// # Errors: [`CliError::System`]
pub fn interruption() -> Result<Receiver<()>, CliError> {
    let interrupt = Interrupt::listen()?;
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        interrupt.wait().ok();
        // Nobody listens any more if the program ends for another reason.
        tell.send(()).ok();
    });
    Ok(told)
}

fn announcement(demo: &mut Demo, url: &str) -> Result<String, CliError> {
    let mut text = String::new();
    let chain_id = demo.world.chain().chain_id();
    // Writing to a string cannot fail.
    writeln!(text, "\nRPC       {url}\nChain id  {chain_id}\n").ok();
    for (name, address) in demo.world.contracts.named() {
        writeln!(text, "{name:<9} {address}").ok();
    }
    writeln!(text, "\nAccounts, each with ether. Everybody knows these keys.").ok();
    for (role, account) in demo.roles() {
        let held = tokens(demo.balance(account.address)?);
        writeln!(text, "{role:<11} {} {} {held:.2} tokens", account.address, account.key).ok();
    }
    writeln!(text, "\nThe feed answers every {TICK_SECS} seconds. Stop with Ctrl-C.").ok();
    Ok(text)
}
