//! The loop: a round for each market at its interval, until somebody asks it to end.

use std::sync::mpsc::Receiver;
use std::time::Instant;

use alloy_primitives::Address;
use tracing::info;

use super::abi::Hedge;
use super::args::SolveArguments;
use super::error::SolveError;
use super::report::{MarketReport, SolveReport};
use super::round::{round, Policy, Step};
use super::telemetry::tell;
use super::venues::{self, VenueKind, VenueSite};
use crate::deploy::KeySource;
use crate::deployment::HedgeFiller;
use crate::keep::{is_stopped, patiently, Client, Connection, Purpose, Remote, Site, Task};

/// What is told, read and checked before anything runs.
pub struct Solver<'a> {
    arguments: &'a SolveArguments,
    connection: Connection<'a>,
}

/// A market that is hedged.
struct Place {
    hedge: Hedge,
    /// The epoch and the block in which the last transaction was refused: the same would be again.
    refused_in: Option<(u64, u64)>,
}

/// A chain, and what is hedged on it.
struct Context {
    remote: Remote,
    places: Vec<Place>,
    first_block: u64,
}

impl<'a> Solver<'a> {
    /// Checks whatever can be checked without a server.
    /// # Errors: keys' and records'
    pub fn new(arguments: &'a SolveArguments, key: &'a KeySource) -> Result<Self, SolveError> {
        let purpose = Purpose::of(arguments.dry_run, arguments.from);
        let named = (arguments.vault, arguments.deployment);
        Ok(Self { arguments, connection: Connection::new(&arguments.target, key, named, purpose)? })
    }

    /// Connects, and finds what there is to hedge.
    fn open(&self) -> Result<Context, SolveError> {
        let mut remote = self.connection.remote()?;
        let site = Site::of(&mut remote, self.connection.vault()?)?;
        let markets = match self.arguments.market {
            None => site.markets,
            named => vec![site.market(named)?],
        };
        let mut places = Vec::new();
        for site in &markets {
            let hedge = Hedge::of(&mut remote, site.market)?;
            places.extend(hedge.map(|hedge| Place { hedge, refused_in: None }));
        }
        if places.is_empty() {
            let markets: Vec<String> = markets.iter().map(|site| site.market.to_string()).collect();
            return Err(SolveError::NoHedger(markets.join(", ")));
        }
        if let Some(filler) = self.arguments.filler {
            // One inventory is of one hedger: the others' markets are left to pools.
            places.retain(|place| self.arguments.market.is_some() || owns(&mut remote, filler, place.hedge.hedger));
            self.require_filler(&mut remote, filler, &places)?;
        }
        let first_block = self.connection.first_block(self.arguments.first_block);
        Ok(Context { remote, places, first_block })
    }

    /// Fails unless the solver's contract is this key's and this hedger's.
    fn require_filler(&self, client: &mut dyn Client, filler: Address, places: &[Place]) -> Result<(), SolveError> {
        let sender = client.sender();
        let differs = |what, found, expected| Err(SolveError::FillerDiffers { filler, what, found, expected });
        let owner = client.view(filler, &HedgeFiller::ownerCall {})?;
        if owner != sender && !(self.arguments.dry_run && self.arguments.from.is_none()) {
            return differs("owner", owner, sender);
        }
        let hedger = client.view(filler, &HedgeFiller::hedgerCall {})?;
        match places.first() {
            Some(place) if place.hedge.hedger == hedger => Ok(()),
            place => differs("hedger", hedger, place.map(|place| place.hedge.hedger).unwrap_or_default()),
        }
    }

    /// One round for each market.
    /// # Errors: those of connecting; what rounds fail at is in the report
    pub fn once(&self) -> Result<SolveReport, SolveError> {
        let mut at = self.open()?;
        Ok(self.rounds(&mut at))
    }

    /// Rounds at their interval, until it is stopped.
    /// # Errors: what an operator has to mend before anything can run
    pub fn go_on(&self, stop: &Receiver<()>) -> Result<(), SolveError> {
        let Some(mut at) = patiently(stop, SolveError::is_passing, || self.open())? else { return Ok(()) };
        let (started, mut task) = (Instant::now(), Task::new(self.arguments.every()));
        loop {
            if self.rounds(&mut at).require_success().is_ok() {
                task.succeeded(started.elapsed());
            } else {
                let pause = task.failed(started.elapsed());
                info!("tried again in {:.0} s", pause.as_secs_f64());
            }
            if is_stopped(stop, task.left(started.elapsed())) {
                info!("stopped");
                return Ok(());
            }
        }
    }

    fn rounds(&self, at: &mut Context) -> SolveReport {
        let mut report = SolveReport::default();
        let Context { remote, places, first_block } = at;
        for place in places {
            let made = self.one(remote, place, *first_block);
            let names = [place.hedge.market, place.hedge.hedger].map(|address| address.to_string());
            let told = MarketReport::of(names, &made, remote.take_deeds());
            tell(&told);
            report.markets.push(told);
        }
        report
    }

    fn one(&self, remote: &mut Remote, place: &mut Place, first_block: u64) -> Result<super::round::Round, SolveError> {
        let wei_per_gas = remote.rpc().gas_price()?;
        let policy = self.arguments.policy(wei_per_gas, first_block);
        let sites = self.sites(remote, &place.hedge, &policy)?;
        let head = remote.head()?;
        if place.refused_in.is_some_and(|(_, block)| block == head) {
            let step = Step::Nothing("waits for the next block: in this one it was refused".to_owned());
            return Ok(super::round::Round { seen: None, step });
        }
        let made = round(remote, &place.hedge, &sites, &policy)?;
        let epoch = made.seen.map_or(0, |seen| seen.epoch);
        place.refused_in = matches!(made.step, Step::Refused(_)).then_some((epoch, head));
        Ok(made)
    }

    /// The venues of a hedger that are to be filled at.
    fn sites(&self, remote: &mut Remote, hedge: &Hedge, policy: &Policy) -> Result<Vec<VenueSite>, SolveError> {
        let mut sites = venues::found(remote, hedge.hedger, policy.blocks)?;
        sites.retain(|site| policy.only.is_none_or(|kind| site.kind == kind));
        sites.retain(|site| site.kind != VenueKind::Filler || policy.stock.is_some());
        if let Some(filler) = self.arguments.filler {
            // Of several filler venues the solver's contract fills for one.
            let venue = (remote as &mut dyn Client).view(filler, &HedgeFiller::venueCall {})?;
            sites.retain(|site| site.kind != VenueKind::Filler || site.venue == venue);
        }
        Ok(sites)
    }
}

/// Whether the solver's contract is of a hedger; what does not answer is not.
fn owns(client: &mut dyn Client, filler: Address, hedger: Address) -> bool {
    let asked = client.try_view(filler, &HedgeFiller::hedgerCall {});
    matches!(asked, Ok(Ok(of)) if of == hedger)
}
