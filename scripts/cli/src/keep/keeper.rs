//! The loop: each chore when it is due, until somebody asks it to end.

use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use alloy_primitives::U256;
use equipoise_interfaces::IClearing;
use tracing::info;

use super::accounts::Accounts;
use super::args::{ChoreName, KeepArguments, Keys};
use super::client::Client;
use super::connection::{is_stopped, patiently, Connection, Purpose};
use super::context::Context;
use super::error::KeepError;
use super::report::{ChoreReport, KeepReport};
use super::schedule::Task;
use super::surface::Poster;
use super::telemetry::{tell_deed, tell_failure, tell_success};
use super::{breakers, epochs, learning, liquidation, programs, settlement};

const WEI_PER_ETHER: f64 = 1e18;

/// What is told, read and checked before anything runs.
pub struct Keeper<'a> {
    arguments: &'a KeepArguments,
    connection: Connection<'a>,
    poster: Option<Poster>,
}

impl<'a> Keeper<'a> {
    /// Checks whatever can be checked without a server.
    /// # Errors: [`KeepError::SurfaceKeysMissing`], [`KeepError::SurfaceKey`], [`KeepError::VaultUnknown`], keys' and records'
    pub fn new(arguments: &'a KeepArguments, keys: &'a Keys) -> Result<Self, KeepError> {
        let purpose = Purpose::of(arguments.dry_run, arguments.from);
        let named = (arguments.vault, arguments.deployment);
        let connection = Connection::new(&arguments.target, &keys.sender, named, purpose)?;
        let quotes = arguments.quotes();
        let (market, policy) = (arguments.market, arguments.policy());
        let is_posting = quotes.is_named() && arguments.chores().contains(&ChoreName::Surface);
        let signers = is_posting.then(|| keys.surface_signers()).transpose()?;
        let poster = signers.map(|signers| Poster { quotes, signers, market, policy });
        Ok(Self { arguments, connection, poster })
    }

    /// Connects, and finds what there is to keep.
    fn open(&self) -> Result<Context, KeepError> {
        let remote = self.connection.remote()?;
        let first_block = self.connection.first_block(self.arguments.first_block);
        let accounts = Accounts::new(first_block, self.arguments.log_blocks);
        Context::open(remote, self.connection.vault()?, accounts, self.arguments.bid)
    }

    /// Does every chore once.
    /// # Errors: those of connecting; what chores fail at is in the report
    pub fn once(&self) -> Result<KeepReport, KeepError> {
        let mut at = self.open()?;
        let chores = self.arguments.chores().into_iter();
        Ok(KeepReport { chores: chores.map(|chore| self.run(chore, &mut at).0).collect() })
    }

    /// Does each chore whenever it is due, until it is stopped.
    /// # Errors: what an operator has to mend before anything can run
    pub fn go_on(&self, stop: &Receiver<()>) -> Result<(), KeepError> {
        let opened = patiently(stop, KeepError::is_passing, || self.open())?;
        let Some(mut at) = opened else { return Ok(()) };
        let started = Instant::now();
        let chores = self.arguments.chores();
        let mut tasks: Vec<_> =
            chores.into_iter().map(|chore| (chore, Task::new(self.arguments.every(chore)))).collect();
        loop {
            for (chore, task) in &mut tasks {
                if task.is_due(started.elapsed()) {
                    if self.run(*chore, &mut at).1 {
                        task.succeeded(started.elapsed());
                    } else {
                        let pause = task.failed(started.elapsed());
                        info!(chore = chore.name(), "tried again in {:.0} s", pause.as_secs_f64());
                    }
                }
                if stop.try_recv().is_ok() {
                    info!("stopped");
                    return Ok(());
                }
            }
            let wait = tasks.iter().map(|(_, task)| task.left(started.elapsed())).min().unwrap_or(Duration::MAX);
            if is_stopped(stop, wait) {
                info!("stopped");
                return Ok(());
            }
        }
    }

    /// Does a chore, and tells what it came to.
    /// # Returns: that, and whether it went well
    fn run(&self, chore: ChoreName, at: &mut Context) -> (ChoreReport, bool) {
        let started = Instant::now();
        let result = self.attempt(chore, at);
        let deeds = at.remote.take_deeds();
        for deed in &deeds {
            tell_deed(chore, deed);
        }
        match &result {
            Ok(note) => tell_success(chore, note, started.elapsed()),
            Err(error) => tell_failure(chore, error, started.elapsed()),
        }
        tell_balance(at, deeds.is_empty());
        let is_well = result.is_ok();
        let (note, error) = result.map_or_else(|error| (None, Some(error.to_string())), |note| (Some(note), None));
        (ChoreReport { chore: chore.name(), note, error, deeds }, is_well)
    }

    fn attempt(&self, chore: ChoreName, at: &mut Context) -> Result<String, KeepError> {
        match chore {
            ChoreName::Settlement => settlement::run(at),
            ChoreName::Surface => match &self.poster {
                Some(poster) => poster.run(at),
                None => Ok("off: neither --quotes nor --quotes-command says what to post".to_owned()),
            },
            ChoreName::Breakers => breakers::run(at),
            ChoreName::Liquidation => liquidation::run(at),
            ChoreName::Epochs => epochs::run(at),
            ChoreName::Learning => learning::run(at),
            ChoreName::Fees => {
                let (clearing, client): (_, &mut dyn Client) = (at.site.clearing, &mut at.remote);
                let decimals = client.view(clearing, &IClearing::tokenDecimalsCall {})?;
                let token = U256::from(10).saturating_pow(U256::from(decimals));
                epochs::pay_fees(at, U256::from(self.arguments.least_fees.max(1)).saturating_mul(token))
            }
            ChoreName::Programs if self.connection.records.is_empty() => {
                Ok("off: there are no records of this deployment's programs".to_owned())
            }
            ChoreName::Programs => programs::run(at, &self.connection.records, self.arguments.days),
        }
    }
}

/// The sender's ether, when it may have changed.
fn tell_balance(at: &Context, is_unchanged: bool) {
    let Some(sender) = at.remote.hand().filter(|_| !is_unchanged) else { return };
    // For people: a server that does not answer now does so the next time.
    if let Ok(wei) = sender.rpc.balance(sender.address()) {
        metrics::gauge!("equipoise_keep_balance_ether").set(f64::from(wei) / WEI_PER_ETHER);
    }
}
