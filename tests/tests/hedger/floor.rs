//! A vault that is short of delta, and a venue for perpetual futures where it may hedge.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use equipoise_chain::Receipt;
use equipoise_interfaces::{
    HedgeOrderConfirmed, HedgeOrdered, IBroker, IHedged, IPerpVenue, OrderRequest, PerpOrder, PerpStanding,
};
use equipoise_tests::{Failure, Stablecoin, World, TOKEN};

use crate::fixture::{FAR, SPOT, WAD};
use crate::stage::{Stage, UNIT};

sol! {
    interface House {
        function fundHouse(uint256 atoms) external;
    }
}

pub const DOLLAR: i128 = TOKEN as i128;
pub const CENTS: u64 = SPOT as u64 * 100;
/// Two dollars above spot: the reference venue's spread is one and a half.
pub const LIMIT: u64 = CENTS + 200;
/// What may be held at the venue, in dollars.
pub const CAP: u64 = 200_000;
/// The spread, the fee, initial and maintenance margin, in basis points.
const BPS: [u64; 4] = [5, 6, 1_000, 500];

pub struct Floor {
    pub stage: Stage,
    pub venue: Address,
    /// Fills orders.
    pub keeper: Address,
    /// Asks for them.
    pub asker: Address,
}

impl Floor {
    /// At the reference venue, with a house of a million dollars, open.
    pub fn open() -> Self {
        let mut floor = Self::closed();
        floor.stage.set_venue(floor.venue, CAP).unwrap();
        floor
    }

    /// The same before the owner has opened the venue.
    pub fn closed() -> Self {
        Self::at(Stage::open(), |world, keeper| {
            let (token, feed) = (world.token, world.feed);
            let arguments = (token, feed, keeper, BPS.map(U256::from), U256::from(3_600));
            let venue = world.deploy("ReferencePerp", arguments.abi_encode_params());
            give(world, venue, 1_000_000 * DOLLAR);
            let fund = House::fundHouseCall { atoms: U256::from(1_000_000 * DOLLAR) };
            world.send(keeper, venue, &fund).unwrap();
            venue
        })
    }

    /// At a venue that says and does what tests tell it, with a million dollars, open.
    pub fn of_liars() -> Self {
        let mut floor = Self::at(Stage::open(), |world, _| {
            let venue = world.deploy("TestPerp", world.token.abi_encode());
            give(world, venue, 1_000_000 * DOLLAR);
            venue
        });
        floor.stage.set_venue(floor.venue, CAP).unwrap();
        floor
    }

    fn at(mut stage: Stage, venue: impl FnOnce(&mut World, Address) -> Address) -> Self {
        let world = &mut stage.market.world;
        let (keeper, asker) = (world.account("keeper of the venue"), world.account("asker"));
        let venue = venue(world, keeper);
        let owner = world.owner;
        stage.tell(owner, &IBroker::setPerpVenueCall { venue }).unwrap();
        Self { stage, venue, keeper, asker }
    }

    /// What asks for so many thousandths at so many cents, for as large a tip as there is.
    pub fn order(&mut self, milli: i128, cents: u64) -> OrderRequest {
        OrderRequest {
            riskEpoch: self.stage.epoch(),
            minPriceAt: 0,
            deadline: FAR,
            maxTipAtoms: U256::MAX,
            quantityAtoms: I256::try_from(milli * UNIT / 1_000).unwrap(),
            limitPriceWad: U256::from(cents) * U256::from(WAD / 100),
        }
    }

    pub fn ask_for(&mut self, request: OrderRequest) -> Result<HedgeOrdered, Failure> {
        let words = self.stage.inventory();
        let asker = self.asker;
        let receipt = self.stage.tell(asker, &IBroker::requestHedgeCall { request, words })?;
        Ok(World::events::<HedgeOrdered>(&receipt).remove(0))
    }

    /// Has so many thousandths asked for at so many cents.
    pub fn ask(&mut self, milli: i128, cents: u64) -> Result<HedgeOrdered, Failure> {
        let request = self.order(milli, cents);
        self.ask_for(request)
    }

    /// A second later, at a price that is younger than the order, the keeper fills it.
    pub fn fill(&mut self, order: u64) {
        self.stage.market.pass(1);
        self.stage.market.push(SPOT);
        let (keeper, venue) = (self.keeper, self.venue);
        let call = IPerpVenue::fillOrderCall { order: U256::from(order) };
        self.stage.market.world.send(keeper, venue, &call).unwrap();
    }

    /// Has thirty asked for, filled and confirmed.
    pub fn hold_thirty(&mut self) {
        let told = self.ask(30_000, LIMIT).unwrap();
        self.fill(told.order);
        self.confirm().unwrap();
    }

    pub fn confirm(&mut self) -> Result<HedgeOrderConfirmed, Failure> {
        let words = self.stage.inventory();
        self.confirm_on(words)
    }

    pub fn confirm_on(&mut self, words: Vec<B256>) -> Result<HedgeOrderConfirmed, Failure> {
        let receipt = self.poke(&IBroker::confirmHedgeCall { words })?;
        Ok(World::events::<HedgeOrderConfirmed>(&receipt).remove(0))
    }

    /// Has anybody call the hedger.
    pub fn poke<C: SolCall>(&mut self, call: &C) -> Result<Receipt, Failure> {
        let anybody = self.stage.market.keeper;
        self.stage.tell(anybody, call)
    }

    pub fn mark(&mut self) {
        self.poke(&IBroker::markPerpCall {}).unwrap();
    }

    pub fn cancel(&mut self) -> Result<Receipt, Failure> {
        self.poke(&IBroker::cancelHedgeCall {})
    }

    /// Units, in thousandths, and dollars' atoms that the hedger counts at the venue.
    pub fn held(&mut self) -> (i128, i128) {
        let told = self.stage.ask(&IBroker::perpHeldCall {});
        (i128::try_from(told.unitsAtoms).unwrap() * 1_000 / UNIT, i128::try_from(told.cashAtoms).unwrap())
    }

    /// The same, as the market knows it of all of the hedge.
    pub fn counted(&mut self) -> (i128, i128) {
        let told = self.stage.market.read(&IHedged::hedgeCall {});
        let nearest = |bits: i128, scale: i128| (bits as f64 / 2f64.powi(64) * scale as f64).round() as i128;
        (nearest(told.unitsX64, 1_000), nearest(told.cashX64, DOLLAR))
    }

    pub fn pending(&mut self) -> PerpOrder {
        self.stage.ask(&IBroker::perpOrderCall {})
    }

    pub fn standing(&mut self) -> PerpStanding {
        let account = self.stage.hedges.hedger;
        self.stage.market.world.read(self.venue, &IPerpVenue::standingCall { account })
    }

    /// The dollar delta of the book, in cents.
    pub fn delta(&mut self) -> i128 {
        i128::try_from(self.stage.market.book().dollarDeltaWad).unwrap() / 10_i128.pow(16)
    }

    /// What LPs will own at some time if nobody does anything.
    pub fn nav_at(&mut self, at: u64) -> i128 {
        let snapshot = self.stage.market.world.chain.snapshot();
        self.stage.market.world.go_to(at);
        let nav = self.stage.nav();
        self.stage.market.world.chain.revert(snapshot);
        nav
    }

    pub fn go_past(&mut self, deadline: u64) {
        self.stage.market.world.go_to(deadline + 1);
    }
}

pub fn give(world: &mut World, to: Address, amount: i128) {
    let (owner, token) = (world.owner, world.token);
    let mint = Stablecoin::mintCall { to, amountAtoms: U256::from(amount) };
    world.send(owner, token, &mint).unwrap();
}

pub fn near(one: i128, other: i128, by: i128) {
    assert!((one - other).abs() <= by, "{one} is not within {by} of {other}");
}
