//! What is a market's own, in lives with one market and in those with two, and turning from one to the other.
//!
//! Whatever is done is done in the market that a life has turned to, and looked at in both.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::swap;

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolValue;
use equipoise_cli::deployment::Sources;
use equipoise_interfaces::{IClearing, IVault};
use equipoise_risk::units::{Money, Price};
use equipoise_tests::{Hedging, World, TOKEN};

use crate::action::hedging::Delivery;
use crate::fixture::{surface_keepers, wad, Market, HOUR, STRIKE_SHIFT, WINDOW};
use crate::life::{FeedRound, Life, FEED_UNIT};
use crate::native::price_of;
use crate::offering::underwriter_of;
use crate::places::{Places, CAP_DOLLARS};
use crate::slots::Picture;

/// Where spot begins, in dollars: of the first underlying, and of the second.
const BEGIN: [i64; 2] = [3_000, 60_000];
/// The second market's strikes are whole dollars.
const SHIFTS: [u8; 2] = [STRIKE_SHIFT, 0];

/// What belongs to one market, and where its price begins.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    pub number: u8,
    pub strike_shift: u8,
    /// In dollars.
    pub begin: i64,
    pub wrapper: Address,
    pub underwriter: Address,
    pub hedging: Hedging,
    /// Where else hedges are filled, and where the underlying is borrowed.
    pub places: Option<Places>,
}

/// What the fixture keeps of one market.
pub struct Elsewhere {
    feed: Address,
    oracle: Address,
    pub market: Address,
    boards: Vec<(u16, u64)>,
}

/// The market that a life has not turned to.
pub struct There {
    pub own: Own,
    pub place: Elsewhere,
}

/// What has happened in one market, beside what the chain keeps.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The feed's rounds; the first is round 1.
    pub rounds: Vec<FeedRound>,
    /// The last usable answer.
    pub spot: i128,
    /// Boards that nothing can happen to any more.
    pub done: BTreeSet<u16>,
    /// Those of them whose wrapped account has something left that rounding kept.
    pub dusty: BTreeSet<u16>,
    /// Whether holders of a board have ever got less than all.
    pub is_loss_shared: bool,
    /// The underlying that somebody sent to the hedger, which nobody had asked him for.
    pub given: u128,
    /// What lay at the lender and was owed there when the market was last told: of the stablecoin, and of the underlying.
    pub told: [u128; 2],
    /// The answer of the feed that the lender's price was last brought to.
    pub lent_at: i128,
    /// Inventories of checkpoints, by their hashes.
    pub inventories: BTreeMap<B256, Vec<B256>>,
    /// What the solver does when he is to deliver.
    pub delivery: Delivery,
    /// What rebalances have cost: when, how much, and what a day's might cost.
    pub costs: Vec<(u64, Money, Money)>,
}

/// One of a life's markets, as its slots are read.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    pub own: &'a Own,
    pub market: Address,
    pub scene: &'a Scene,
}

impl Own {
    /// Deploys what the fixture's market is used through.
    fn of(market: &mut Market, number: u8) -> Self {
        let (owner, program, clearing) = (market.world.owner, market.market, market.clearing);
        let symbol = B256::right_padding_from(b"ETH");
        let wrapper = market.world.deploy_program("wrapper", (program, clearing, symbol).abi_encode()).unwrap();
        market.world.send(owner, clearing, &IClearing::registerProgramCall { program: wrapper }).unwrap();
        let underwriter = underwriter_of(market);
        let place = usize::from(number);
        let (strike_shift, begin, hedging) = (SHIFTS[place], BEGIN[place], hedged(market));
        let places = Places::open(market, &hedging, begin.unsigned_abs());
        Self { number, strike_shift, begin, wrapper, underwriter, hedging, places }
    }
}

/// A hedger for a market in an underlying of as many decimals as the stablecoin, a solver with much of both, and his venue
/// open.
fn hedged(market: &mut Market) -> Hedging {
    let (owner, program, clearing) = (market.world.owner, market.market, market.clearing);
    let coin = market.world.deploy("Stablecoin", ("Test Ether", "TETH", owner).abi_encode_params());
    let hedging = Hedging::wire(&mut market.world, program, clearing, coin);
    hedging.stock(&mut market.world, hedging.solver, U256::from(100_000 * TOKEN));
    hedging.set_venue(&mut market.world, hedging.hedges.filler, wad(CAP_DOLLARS)).unwrap();
    hedging
}

impl Elsewhere {
    fn exchange(&mut self, market: &mut Market) {
        swap(&mut market.world.feed, &mut self.feed);
        swap(&mut market.oracle, &mut self.oracle);
        swap(&mut market.market, &mut self.market);
        swap(&mut market.boards, &mut self.boards);
    }
}

impl Scene {
    pub fn of(own: &Own) -> Self {
        Self {
            rounds: Vec::new(),
            spot: i128::from(own.begin) * FEED_UNIT,
            done: BTreeSet::new(),
            dusty: BTreeSet::new(),
            is_loss_shared: false,
            given: 0,
            told: [0; 2],
            lent_at: i128::from(own.begin) * FEED_UNIT,
            inventories: BTreeMap::new(),
            delivery: Delivery::Honest,
            costs: Vec::new(),
        }
    }
}

impl Scene {
    /// What the average over the window before an expiry comes to if the feed says nothing more.
    /// # Rounding: down
    pub fn begun(&self, expiry: u64) -> Price {
        let mut sum = 0;
        let mut until = expiry;
        for FeedRound { answer, at } in self.rounds.iter().rev() {
            let Some(answer) = answer else { continue };
            let from = (*at).max(expiry - WINDOW).min(until);
            sum += answer * i128::from(until - from);
            until = from;
        }
        assert_eq!(until, expiry - WINDOW, "a price was in force when the window began");
        // The feed's answers have eight digits, and WAD eighteen.
        let wad = U256::from(sum.unsigned_abs()) * U256::from(10_000_000_000u64) / U256::from(WINDOW);
        price_of(wad)
    }
}

/// A wired house with one market or two, and what belongs to each.
pub fn wired(is_double: bool) -> (Market, Own, Option<There>) {
    if !is_double {
        let mut market = Market::wired();
        let own = Own::of(&mut market, 0);
        return (market, own, None);
    }
    let mut world = World::new();
    let [keeper, lp] = ["surface keeper", "LP"].map(|name| world.account(name));
    let (token, feed) = (world.token, world.feed);
    let mut deployer = world.deployer();
    let engines = deployer.engines().unwrap();
    let house = deployer.house(token, HOUR).unwrap();
    let first = deployer.market(&engines, Sources::of(feed), SHIFTS[0]).unwrap();
    let feed = deployer.feed("BTC").unwrap();
    let second = deployer.market(&engines, Sources::of(feed), SHIFTS[1]).unwrap();
    deployer.wire(&house, &[(first, 1), (second, 1)], &surface_keepers()).unwrap();
    drop(deployer);
    let mut market = Market::of(world, &(engines, house, first), keeper, lp);
    let own = Own::of(&mut market, 0);
    let mut place = Elsewhere { feed, oracle: second.oracle, market: second.market, boards: Vec::new() };
    place.exchange(&mut market);
    market.take_widest_steps();
    let other = Own::of(&mut market, 1);
    place.exchange(&mut market);
    (market, own, Some(There { own: other, place }))
}

impl Life {
    /// Turns to the other market, if there is one.
    /// # Returns: whether there is
    pub fn turn(&mut self) -> bool {
        let Some(there) = &mut self.there else { return false };
        swap(&mut self.own, &mut there.own);
        there.place.exchange(&mut self.market);
        let course = &mut self.course;
        if let Some(scene) = &mut course.there {
            swap(&mut course.here, scene);
        }
        course.picture = course.picture.take().map(Picture::turned);
        true
    }

    /// The market that is turned to, and the other.
    pub fn sights(&self) -> (Sight<'_>, Option<Sight<'_>>) {
        let here = Sight { own: &self.own, market: self.market.market, scene: &self.course.here };
        let there = self.there.as_ref().zip(self.course.there.as_ref());
        (here, there.map(|(there, scene)| Sight { own: &there.own, market: there.place.market, scene }))
    }

    /// Each market with what a picture says of it, by its number.
    pub fn both<'a>(&'a self, picture: &'a Picture) -> Vec<(&'a Picture, Sight<'a>)> {
        let (here, there) = self.sights();
        let mut both = vec![(picture, here)];
        both.extend(picture.there.as_deref().zip(there));
        both.sort_by_key(|(_, sight)| sight.own.number);
        both
    }

    /// Does something in each market.
    pub fn in_each(&mut self, mut act: impl FnMut(&mut Self)) {
        act(self);
        if self.turn() {
            act(self);
            self.turn();
        }
    }

    /// The rounds of all feeds that an epoch is priced by, of which each says the same.
    pub fn price_epoch(&mut self, by: Address) {
        let vault = self.market.vault;
        let cut = self.market.world.read(vault, &IVault::nextEpochCall {}).cutAt;
        self.market.world.go_to(cut);
        self.in_each(|life| life.market.push(life.own.begin));
        let mut first_rounds: Vec<U80> = Vec::new();
        self.in_each(|life| first_rounds.push(life.market.world.first_round_from(cut)));
        self.market.vault_send(by, &IVault::processEpochCall { firstRounds: first_rounds }).unwrap();
    }

    /// What the feeds have said before a life begins.
    pub fn remember_rounds(&mut self) {
        self.in_each(|life| {
            let (now, last) = (life.now(), life.market.last_round());
            let spot = life.course.here.spot;
            let rounds = (1..=last).map(|round| {
                if round == last {
                    FeedRound { answer: Some(spot), at: now }
                } else {
                    FeedRound { answer: None, at: 0 }
                }
            });
            life.course.here.rounds = rounds.collect();
        });
    }
}
