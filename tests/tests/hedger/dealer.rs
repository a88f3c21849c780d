//! Hedging by options: a solver trades with the vault as anybody does, and is paid for the risk that he takes off it.

use alloy_primitives::{Address, B256, I256, U256};
use equipoise_interfaces::account::{of, sub};
use equipoise_interfaces::{
    AlreadyWired, CallerNotOwner, ClearingMarginShort, ClearingNotAuthorised, HedgerBudgetExceeded,
    HedgerCheckpointTooYoung, HedgerCheckpointUnknown, HedgerDeadlinePassed, HedgerDeltaGrows, HedgerEpochDiffers,
    HedgerGainTooSmall, HedgerMarketStopped, HedgerNotOwner, HedgerOptionsTooShort, HedgerOrderPending,
    HedgerPriceTooOld, HedgerTipTooSmall, HedgerWindowClosed, IBreakers, IClearing, IDealer, IHedged, IHedger, Leg,
    MarketSlippageExceeded, OptionLeg, OptionTraded, OptionsHedged, OptionsRequest,
};
use equipoise_market_state::convert::exposure_of_bits;
use equipoise_market_state::layout::{decode_parameters, Directory};
use equipoise_math::Fx;
use equipoise_risk::hedge::Hedge;
use equipoise_risk::parameters::Parameter;
use equipoise_risk::potential::RiskState;
use equipoise_risk::rebalance::{Budget, HedgeTerm, HedgeTerms, OptionHedge, Window};
use equipoise_risk::units::{Atoms, Money, Price, TokenScale};
use equipoise_tests::{Failure, World, TOKEN};

use crate::fixture::{call_of, leg, put_of, CONTRACT, FAR, K2400, K3000, K3200, SPOT, WAD};
use crate::floor::{Floor, LIMIT};
use crate::stage::{narrow, numbers, Stage};

const DOLLAR: i128 = TOKEN as i128;

/// A solver with an account that the hedger operates, before a vault that has sold calls and puts.
struct Desk {
    stage: Stage,
    solver: Address,
}

impl Stage {
    /// What asks for the solver's legs, for as large a tip as there is.
    pub fn options(&mut self, legs: &[Leg]) -> OptionsRequest {
        OptionsRequest {
            riskEpoch: self.epoch(),
            minPriceAt: 0,
            deadline: FAR,
            maxTipAtoms: U256::MAX,
            minTipAtoms: U256::ZERO,
            account: of(self.solver),
            maxCostAtoms: I256::MAX,
            legs: legs.iter().map(|leg| OptionLeg { series: leg.series, sizeWad: leg.sizeWad }).collect(),
        }
    }

    /// Since when options are paid for.
    fn options_window(&mut self) -> u64 {
        self.ask(&IDealer::optionsWindowCall {})
    }
}

impl Desk {
    /// The vault has sold thirty straddles, has little delta, and the window for options has been open for long.
    fn open() -> Self {
        let mut desk = Self::quiet();
        let straddles = desk.straddles(30);
        desk.stage.trade(&straddles);
        desk.stage.open_window();
        desk
    }

    /// Nobody has traded yet.
    fn quiet() -> Self {
        let mut stage = Stage::quiet(World::new());
        let solver = stage.market.trader("options solver", 400_000 * TOKEN);
        let (clearing, operator) = (stage.market.clearing, stage.hedges.hedger);
        stage.market.world.send(solver, clearing, &IClearing::setOperatorCall { operator, until: FAR }).unwrap();
        Self { stage, solver }
    }

    /// Straddles at the money, of some thirty days.
    fn straddles(&self, contracts: i128) -> [Leg; 2] {
        let board = self.stage.month();
        [call_of(board, K3000), put_of(board, K3000)].map(|series| leg(series, contracts * CONTRACT))
    }

    /// What asks for these legs.
    fn request(&mut self, legs: &[Leg]) -> OptionsRequest {
        OptionsRequest { account: of(self.solver), ..self.stage.options(legs) }
    }

    fn send(&mut self, request: OptionsRequest) -> Result<(OptionsHedged, OptionTraded), Failure> {
        let words = self.stage.inventory();
        self.send_on(request, words)
    }

    fn send_on(&mut self, request: OptionsRequest, words: Vec<B256>) -> Result<(OptionsHedged, OptionTraded), Failure> {
        let solver = self.solver;
        let receipt = self.stage.tell(solver, &IDealer::hedgeOptionsCall { request, words })?;
        let hedged = World::events::<OptionsHedged>(&receipt).remove(0);
        Ok((hedged, World::events::<OptionTraded>(&receipt).remove(0)))
    }

    fn hedge(&mut self, legs: &[Leg]) -> Result<(OptionsHedged, OptionTraded), Failure> {
        let request = self.request(legs);
        self.send(request)
    }

    /// What the solver has: in the ledger and outside of it, and his options at what closing them would bring.
    fn wealth(&mut self) -> i128 {
        let solver = self.solver;
        self.stage.market.cash_of(solver) + self.stage.tokens(solver)
    }
}

fn penalty(stage: &mut Stage) -> U256 {
    stage.market.book().penaltyWad
}

#[test]
fn a_solver_who_sells_the_vault_what_it_lacks_trades_at_its_quote_and_earns_a_tip() {
    let mut desk = Desk::open();
    let legs = desk.straddles(-15);
    let quoted = desk.stage.market.quote(&legs).unwrap();
    let (cash, vault, tokens) = {
        let solver = desk.solver;
        (desk.stage.market.cash_of(solver), desk.stage.vault_cash(), desk.stage.tokens(solver))
    };
    let (nav, before, epoch) = (desk.stage.nav(), penalty(&mut desk.stage), desk.stage.epoch());
    let hedges = desk.stage.ask(&IHedger::budgetCall {});
    let (told, traded) = desk.hedge(&legs).unwrap();
    let (solver, tip) = (desk.solver, narrow(told.tipAtoms));
    let cost = i128::try_from(told.costAtoms).unwrap();
    assert_eq!((told.solver, told.account, told.riskEpoch), (solver, of(solver), epoch));
    assert_eq!((told.costAtoms, traded.quoted.costAtoms), (quoted.costAtoms, quoted.costAtoms));
    assert!(tip > 0 && cost < 0, "{told:?}");
    // The premium moves in the ledger, the tip is paid out.
    assert_eq!(desk.stage.market.cash_of(solver) - cash, -cost);
    assert_eq!(desk.stage.tokens(solver) - tokens, tip);
    assert_eq!(vault - desk.stage.vault_cash(), tip - cost);
    assert_eq!(desk.stage.tokens(desk.stage.hedges.hedger), 0);
    let after = penalty(&mut desk.stage);
    assert!(after < before / U256::from(2), "{before} became {after}");
    // The vault has gained by its spread, and lost the tip as far as the skew reserve has not paid it.
    let lost = nav - desk.stage.nav();
    assert!(told.lostWad < I256::ZERO && lost <= tip, "lost {lost} of a tip of {tip}");
    // Hedges keep their budget, and whoever has asked for one his epoch.
    let of_hedges = desk.stage.ask(&IHedger::budgetCall {});
    assert_eq!((of_hedges.usedWad, of_hedges.at, desk.stage.epoch()), (hedges.usedWad, hedges.at, epoch));
    let used = desk.stage.ask(&IDealer::optionsBudgetCall {});
    assert_eq!(used.at, desk.stage.market.now());
    let atom = U256::from(WAD / TOKEN);
    let tip_wad = told.tipAtoms * atom;
    assert!(used.usedWad >= tip_wad && used.usedWad - tip_wad < atom, "{} of {tip_wad}", used.usedWad);
    // The hedge in the underlying is what it was.
    assert_eq!(desk.stage.ask(&IHedger::heldAtomsCall {}), U256::ZERO);
    assert_eq!(desk.stage.market.read(&IHedged::hedgeCall {}).unitsX64, 0);
}

#[test]
fn the_verdict_is_the_rules_own_on_what_the_market_tells() {
    let mut desk = Desk::open();
    let legs = desk.straddles(-7);
    let words = desk.stage.inventory();
    let appraise = IHedged::appraiseCall { words };
    let before = desk.stage.market.read(&appraise);
    let state = desk.stage.ask(&IHedger::stateCall {});
    let opened_at = desk.stage.options_window();
    let (told, _) = desk.hedge(&legs).unwrap();
    let after = desk.stage.market.read(&appraise);
    let scale = TokenScale::from_decimals(6).unwrap();
    let parameters = decode_parameters(&before.parameters.map(|slot| slot.0));
    let variance = Directory::decode(&before.directory.0).variance;
    let capital = Money::from_fx(Fx::from_bits(before.capitalX64));
    let (options, old, left) = (before.nowX64, before.oldX64, after.nowX64);
    let done = OptionHedge {
        before: &exposure_of_bits(&options),
        old: &exposure_of_bits(&old),
        after: &exposure_of_bits(&left),
        hedge: Hedge::default(),
        spot: Price::from_fx(Fx::from_num(SPOT)),
        cost: scale.money_floor(Atoms::new(i128::try_from(told.costAtoms).unwrap())).unwrap(),
        life_secs: desk.stage.market.boards[2].1 - desk.stage.market.now(),
    };
    let risk = RiskState::new(capital, variance, &parameters).unwrap();
    let windows = [state.openedAt, opened_at].map(|opened_at| Window { opened_at });
    let rules = (&risk, &parameters, &HedgeTerms::default());
    let accepted = done.judged(rules, (windows, Budget::default()), capital, desk.stage.market.now()).unwrap();
    assert_eq!(narrow(told.tipAtoms), scale.atoms_floor(accepted.tip).unwrap().count());
    assert_eq!(told.lostWad, equipoise_market_state::convert::signed_wad(accepted.lost.fx()));
    assert_eq!(told.gainWad, equipoise_market_state::convert::signed_wad(accepted.gain.fx()));
    assert_eq!(desk.stage.options_window(), accepted.options_window.opened_at);
    assert_eq!(desk.stage.ask(&IHedger::stateCall {}).openedAt, accepted.window.opened_at);
}

#[test]
fn the_window_opens_when_a_checkpoint_finds_the_risk_and_closes_when_it_is_gone() {
    let mut desk = Desk::quiet();
    assert_eq!(desk.stage.options_window(), 0);
    let some = desk.straddles(1);
    desk.stage.trade(&some);
    desk.stage.open_window();
    assert_eq!(desk.stage.options_window(), 0, "a straddle is no risk");
    let back = desk.straddles(-1);
    desk.hedge(&back).unwrap_err().expect(&HedgerWindowClosed {});
    let many = desk.straddles(29);
    desk.stage.trade(&many);
    // Not before somebody looks: but then he who hedges does.
    let opened_at = {
        desk.stage.market.pass(200);
        desk.stage.checkpoint();
        desk.stage.market.now()
    };
    assert_eq!(desk.stage.options_window(), opened_at);
    desk.stage.market.pass(200);
    desk.stage.market.push(SPOT);
    desk.stage.checkpoint();
    assert_eq!(desk.stage.options_window(), opened_at, "it stays open since then");
    let (most, words) = (desk.straddles(-29), desk.stage.inventory());
    desk.hedge(&most).unwrap();
    assert_eq!(desk.stage.options_window(), 0, "what is left is no risk");
    let request = desk.request(&back);
    desk.send_on(request, words).unwrap_err().expect(&HedgerWindowClosed {});
}

#[test]
fn a_window_that_opens_with_the_trade_itself_pays_nothing() {
    let mut desk = Desk::quiet();
    let (many, back) = (desk.straddles(30), desk.straddles(-30));
    desk.stage.trade(&many);
    // A checkpoint of now that gets old without another: the window was closed when it was taken.
    desk.stage.checkpoint();
    let opened_at = desk.stage.options_window();
    assert_eq!(opened_at, desk.stage.market.now());
    let tip_after = |desk: &mut Desk, secs: u64| {
        let snapshot = desk.stage.market.world.chain.snapshot();
        desk.stage.market.pass(secs);
        desk.stage.market.push(SPOT);
        let tip = narrow(desk.hedge(&back).unwrap().0.tipAtoms);
        desk.stage.market.world.chain.revert(snapshot);
        tip
    };
    desk.stage.with_terms(&[(HedgeTerm::CheckpointSecs, 15_000_000)]);
    let tips = [30, 150, 270, 300, 600].map(|secs| tip_after(&mut desk, secs));
    assert!(tips[0] > 0 && tips[..4].is_sorted(), "{tips:?}");
    assert!(tips[0] * 5 < tips[3], "{tips:?}");
    // What time takes from the options is nothing beside that.
    assert!((tips[3] - tips[4]).abs() < tips[3] / 100, "{tips:?}");
}

#[test]
fn only_the_owner_of_an_account_that_names_the_hedger_trades_in_time() {
    let mut desk = Desk::open();
    let legs = desk.straddles(-5);
    let good = desk.request(&legs);
    let (epoch, now) = (good.riskEpoch, desk.stage.market.now());
    desk.send(OptionsRequest { riskEpoch: epoch + 1, ..good.clone() })
        .unwrap_err()
        .expect(&HedgerEpochDiffers { riskEpoch: epoch + 1, current: epoch });
    let late = desk.send(OptionsRequest { deadline: now - 1, ..good.clone() }).unwrap_err();
    assert_eq!(late.decode::<HedgerDeadlinePassed>().unwrap().deadline, now - 1);
    // Somebody else's account, and one of the ledger's own.
    let trader = desk.stage.trader;
    for account in [of(trader), B256::ZERO] {
        let refused = desk.send(OptionsRequest { account, ..good.clone() }).unwrap_err();
        refused.expect(&HedgerNotOwner { caller: desk.solver, account });
    }
    // One's own, which has nothing.
    let account = sub(desk.solver, 3);
    desk.send(OptionsRequest { account, ..good.clone() }).unwrap_err().decode::<ClearingMarginShort>().unwrap();
    let (solver, clearing, operator) = (desk.solver, desk.stage.market.clearing, desk.stage.hedges.hedger);
    let resign = IClearing::setOperatorCall { operator, until: 0 };
    desk.stage.market.world.send(solver, clearing, &resign).unwrap();
    let refused = desk.send(good.clone()).unwrap_err();
    refused.expect(&ClearingNotAuthorised { caller: operator, account: of(solver) });
    let name = IClearing::setOperatorCall { operator, until: FAR };
    desk.stage.market.world.send(solver, clearing, &name).unwrap();
    // What he wants for it at least he gets, or nothing happens.
    let cost = desk.stage.market.quote(&legs).unwrap().costAtoms;
    let dear = OptionsRequest { maxCostAtoms: cost - I256::ONE, ..good.clone() };
    desk.send(dear).unwrap_err().decode::<MarketSlippageExceeded>().unwrap();
    desk.send(OptionsRequest { maxCostAtoms: cost, ..good }).unwrap();
}

#[test]
fn prices_must_be_fresh_and_the_market_safe() {
    let mut desk = Desk::open();
    let legs = desk.straddles(-5);
    let good = desk.request(&legs);
    let made_at =
        desk.stage.market.world.read(desk.stage.market.oracle, &equipoise_interfaces::IOracle::spotCall {}).updatedAt;
    let young = OptionsRequest { minPriceAt: made_at + 1, ..good.clone() };
    desk.send(young).unwrap_err().expect(&HedgerPriceTooOld { spotAt: made_at, leastAt: made_at + 1 });
    desk.stage.with_terms(&[(HedgeTerm::PriceAgeSecs, 5_000_000)]);
    let request = desk.request(&legs);
    desk.stage.market.pass(6);
    assert!(desk.send(request.clone()).unwrap_err().decode::<HedgerPriceTooOld>().is_some());
    desk.stage.market.push(SPOT);
    let snapshot = desk.stage.market.world.chain.snapshot();
    desk.send(OptionsRequest { minPriceAt: desk.stage.market.now(), ..request.clone() }).unwrap();
    desk.stage.market.world.chain.revert(snapshot);
    let owner = desk.stage.market.world.owner;
    let halt = IBreakers::tightenCall { state: 2 };
    desk.stage.market.send(owner, &halt).unwrap();
    desk.send(request).unwrap_err().expect(&HedgerMarketStopped {});
}

#[test]
fn the_inventory_compared_with_is_known_and_some_minutes_old() {
    let mut desk = Desk::open();
    let legs = desk.straddles(-5);
    let request = desk.request(&legs);
    let mut words = desk.stage.inventory();
    words[1].0[31] ^= 1;
    assert!(desk.send_on(request.clone(), words).unwrap_err().decode::<HedgerCheckpointUnknown>().is_some());
    let more = desk.straddles(1);
    desk.stage.trade(&more);
    desk.stage.market.pass(130);
    desk.stage.market.push(SPOT);
    desk.stage.checkpoint();
    let taken_at = desk.stage.market.now();
    let young = HedgerCheckpointTooYoung { takenAt: taken_at, leastSecs: 120 };
    desk.send(request.clone()).unwrap_err().expect(&young);
    desk.stage.market.pass(119);
    desk.stage.market.push(SPOT);
    desk.send(request.clone()).unwrap_err().expect(&young);
    desk.stage.market.pass(1);
    desk.send(request).unwrap();
}

#[test]
fn risk_that_was_made_since_the_checkpoint_earns_nothing() {
    let mut desk = Desk::open();
    let words = desk.stage.inventory();
    let snapshot = desk.stage.market.world.chain.snapshot();
    let legs = desk.straddles(-10);
    let honest = desk.hedge(&legs).unwrap().0;
    desk.stage.market.world.chain.revert(snapshot);
    // Ten straddles of a friend's are bought, and sold back at once.
    let made = desk.straddles(10);
    desk.stage.trade(&made);
    let request = desk.request(&legs);
    let refused = desk.send_on(request, words.clone()).unwrap_err();
    assert!(refused.decode::<HedgerGainTooSmall>().unwrap().gainWad <= I256::ZERO);
    // Twice as much earns what the half of it that was there earns.
    let both = desk.straddles(-20);
    let request = desk.request(&both);
    let told = desk.send_on(request, words).unwrap().0;
    let (tip, fair) = (narrow(told.tipAtoms), narrow(honest.tipAtoms));
    assert!((tip - fair).abs() <= fair / 50, "{tip} beside {fair}");
}

#[test]
fn options_that_make_risk_or_delta_are_not_paid_for() {
    let mut desk = Desk::open();
    let more = desk.straddles(5);
    let refused = desk.hedge(&more).unwrap_err();
    assert!(refused.decode::<HedgerGainTooSmall>().unwrap().gainWad < I256::ZERO);
    // Calls alone take vega off and make delta, up to the inner band.
    let board = desk.stage.month();
    let calls = |contracts: i128| [leg(call_of(board, K3000), -contracts * CONTRACT)];
    desk.stage.with_terms(&[(HedgeTerm::InnerBand, 10_000)]);
    let snapshot = desk.stage.market.world.chain.snapshot();
    desk.hedge(&calls(6)).unwrap();
    desk.stage.market.world.chain.revert(snapshot);
    let refused = desk.hedge(&calls(20)).unwrap_err().decode::<HedgerDeltaGrows>().unwrap();
    // Ten thousand dollars are a hundredth of what LPs own.
    assert!(
        refused.mostWad < U256::from(11_000) * U256::from(WAD) && refused.afterWad > refused.mostWad,
        "{refused:?}"
    );
}

#[test]
fn tips_keep_to_the_budgets_of_rebalances() {
    let mut desk = Desk::open();
    let legs = desk.straddles(-10);
    desk.stage.with_terms(&[(HedgeTerm::RebalanceBudget, 1)]);
    // A millionth of capital.
    let refused = desk.hedge(&legs).unwrap_err().decode::<HedgerBudgetExceeded>().unwrap();
    assert!(refused.mostWad < U256::from(WAD) * U256::from(2), "{refused:?}");
    // Whoever asks for no more than that gets it.
    let request = OptionsRequest { maxTipAtoms: U256::from(DOLLAR / 2), ..desk.request(&legs) };
    let told = desk.send(request).unwrap().0;
    assert_eq!(told.tipAtoms, U256::from(DOLLAR / 2));
    desk.stage.with_terms(&[(HedgeTerm::RebalanceBudget, 2_000), (HedgeTerm::DayBudget, 2)]);
    desk.stage.market.pass(200);
    desk.stage.market.push(SPOT);
    desk.stage.checkpoint();
    desk.stage.market.pass(200);
    desk.stage.market.push(SPOT);
    let rest = desk.straddles(-10);
    let refused = desk.hedge(&rest).unwrap_err().decode::<HedgerBudgetExceeded>().unwrap();
    assert!(refused.mostWad < U256::from(WAD), "{refused:?}");
}

#[test]
fn options_that_expire_before_the_risk_goes_are_paid_less_or_nothing() {
    let mut desk = Desk::open();
    let (board, expiry) = desk.stage.market.boards[0];
    // Far out of the money they cost nothing, and take off what a jump would take.
    let strangle = |contracts: i128| {
        [call_of(board, K3200), put_of(board, K2400)].map(|series| leg(series, -contracts * CONTRACT))
    };
    let day = 86_400;
    let at = |desk: &mut Desk, life: u64, legs: &[Leg]| {
        let snapshot = desk.stage.market.world.chain.snapshot();
        desk.stage.market.world.go_to(expiry - life - 600);
        desk.stage.market.push(SPOT);
        desk.stage.market.post_surface().unwrap();
        desk.stage.checkpoint();
        desk.stage.market.world.go_to(expiry - life);
        desk.stage.market.push(SPOT);
        let told = desk.hedge(legs);
        desk.stage.market.world.chain.revert(snapshot);
        told.map(|(told, _)| told)
    };
    let gone = HedgerOptionsTooShort { lifeSecs: 2 * day - 1, leastSecs: 2 * day };
    let ten = strangle(10);
    at(&mut desk, 2 * day - 1, &ten).unwrap_err().expect(&gone);
    assert!(at(&mut desk, 3_600, &ten).is_err());
    let told = at(&mut desk, 2 * day, &ten).unwrap();
    let (tip, gain) = (narrow(told.tipAtoms) as f64 / 1e6, f64::from(told.gainWad.unsigned_abs()) / 1e18);
    // Half of two fifteenths.
    assert!((tip / gain - 1.0 / 15.0).abs() < 1e-5, "{tip} of {gain}");
    // One that lives long does not make up for one that does not.
    let mixed = [desk.straddles(-1)[0].clone(), strangle(1)[0].clone()];
    let gone = HedgerOptionsTooShort { lifeSecs: day, leastSecs: 2 * day };
    at(&mut desk, day, &mixed).unwrap_err().expect(&gone);
}

#[test]
fn whoever_comes_second_is_paid_what_he_asked_for_or_trades_nothing() {
    let mut desk = Desk::open();
    let (legs, words) = (desk.straddles(-7), desk.stage.inventory());
    let planned = {
        let snapshot = desk.stage.market.world.chain.snapshot();
        let told = desk.hedge(&legs).unwrap().0;
        desk.stage.market.world.chain.revert(snapshot);
        told.tipAtoms
    };
    let wanted = |desk: &mut Desk, least: U256| OptionsRequest { minTipAtoms: least, ..desk.request(&legs) };
    let greedy = wanted(&mut desk, planned + U256::ONE);
    let refused = desk.send(greedy).unwrap_err();
    refused.expect(&HedgerTipTooSmall { tipAtoms: planned, leastAtoms: planned + U256::ONE });
    let fair = wanted(&mut desk, planned);
    desk.send(fair.clone()).unwrap();
    let second = desk.send_on(fair, words).unwrap_err().decode::<HedgerTipTooSmall>().unwrap();
    assert!(second.tipAtoms < planned && second.leastAtoms == planned);
}

#[test]
fn delta_is_what_hedges_in_the_underlying_are_paid_for() {
    let mut desk = Desk::quiet();
    // Deep in the money calls are delta and little else.
    let board = desk.stage.month();
    let calls = |contracts: i128| [leg(call_of(board, 0), contracts * CONTRACT)];
    desk.stage.trade(&calls(60));
    desk.stage.open_window();
    assert_ne!(desk.stage.ask(&IHedger::stateCall {}).openedAt, 0);
    assert_eq!(desk.stage.options_window(), 0);
    assert!(penalty(&mut desk.stage) > U256::from(200) * U256::from(WAD));
    desk.hedge(&calls(-60)).unwrap_err().expect(&HedgerWindowClosed {});
}

#[test]
fn who_comes_next_bids_for_the_rest_anew() {
    let mut desk = Desk::open();
    let (quarter, words) = (desk.straddles(-7), desk.stage.inventory());
    let before = penalty(&mut desk.stage);
    let first = desk.hedge(&quarter).unwrap().0;
    let left = f64::from(penalty(&mut desk.stage)) / f64::from(before);
    let ramp = desk.stage.market.now() - desk.stage.options_window();
    assert!((ramp as f64 - 300.0 * left).abs() <= 1.0, "{ramp} of {left}");
    let request = desk.request(&quarter);
    let second = desk.send_on(request, words).unwrap().0;
    let share = |told: &OptionsHedged| f64::from(told.tipAtoms) / f64::from(told.gainWad.unsigned_abs());
    let ratio = share(&second) / share(&first);
    assert!((ratio - ramp as f64 / 300.0).abs() < 1e-3, "{ratio} after {ramp} s");
}

#[test]
fn nobody_trades_options_for_a_tip_while_an_order_is_in_flight() {
    let mut floor = Floor::open();
    let (solver, clearing) = (floor.asker, floor.stage.market.clearing);
    floor.stage.market.fund(solver, 100_000 * TOKEN);
    floor.stage.market.deposit(solver, 100_000 * TOKEN).unwrap();
    let operator = floor.stage.hedges.hedger;
    floor.stage.market.world.send(solver, clearing, &IClearing::setOperatorCall { operator, until: FAR }).unwrap();
    let legs = [floor.stage.calls(-CONTRACT)];
    let told = floor.ask(30_000, LIMIT).unwrap();
    let request = OptionsRequest { account: of(solver), ..floor.stage.options(&legs) };
    let words = floor.stage.inventory();
    let call = IDealer::hedgeOptionsCall { request, words };
    let refused = floor.stage.tell(solver, &call).unwrap_err();
    refused.expect(&HedgerOrderPending { order: told.order, deadline: told.deadline });
}

#[test]
fn the_dealer_is_named_once_by_the_owner_and_never_called_itself() {
    let mut desk = Desk::quiet();
    let (owner, stranger, dealer) = (desk.stage.market.world.owner, desk.solver, desk.stage.hedges.dealer);
    assert_eq!(desk.stage.ask(&IHedger::dealerCall {}), dealer);
    let wire = IHedger::wireDealerCall { dealer };
    desk.stage.tell(owner, &wire).unwrap_err().expect(&AlreadyWired {});
    desk.stage.tell(stranger, &wire).unwrap_err().expect(&CallerNotOwner { caller: stranger, owner });
    let legs = desk.straddles(-1);
    let request = desk.request(&legs);
    let call = IDealer::hedgeOptionsCall { request, words: Vec::new() };
    assert!(desk.stage.market.world.send(stranger, dealer, &call).is_err());
}

/// Whoever makes the risk himself, waits until it is old, and is paid for taking it off has lost by both: in straddles, strangles, calls,
/// calendars, in parts and at once, and with the spread at its least.
#[test]
fn whoever_makes_the_risk_that_he_is_paid_for_loses_by_it() {
    let mut next = numbers(7);
    for round in 0..12 {
        let mut desk = Desk::quiet();
        let parts = 1 + next(3);
        desk.stage.market.with_parameter(Parameter::VolHalfSpread, 500);
        desk.stage.with_terms(&[(HedgeTerm::InnerBand, 10_000), (HedgeTerm::OuterBand, 20_000)]);
        let (near, far) = (desk.stage.market.boards[1].0, desk.stage.month());
        let size = i128::from(20 + next(20)) * CONTRACT;
        let shapes: [&[(u32, i128)]; 4] = [
            &[(call_of(far, K3000), size), (put_of(far, K3000), size)],
            &[(call_of(far, K3200), size), (put_of(far, K2400), size)],
            &[(call_of(near, K3000), size), (put_of(near, K3000), size)],
            &[(call_of(far, K3000), size), (put_of(far, K3000), size), (call_of(near, K3200), size / 2)],
        ];
        let made: Vec<Leg> = shapes[round % 4].iter().map(|(series, size)| leg(*series, *size)).collect();
        // All of it is for sale again: his wealth is cash.
        let wealth = desk.wealth();
        let solver = desk.solver;
        desk.stage.market.trade(solver, &made).unwrap();
        desk.stage.open_window();
        let mut tips = 0;
        for part in 0..parts {
            let back: Vec<Leg> = made.iter().map(|leg| part_of(leg, part, parts)).collect();
            tips += narrow(desk.hedge(&back).unwrap().0.tipAtoms);
            desk.stage.market.pass(150);
            desk.stage.market.push(SPOT);
            desk.stage.checkpoint();
            desk.stage.market.pass(150);
            desk.stage.market.push(SPOT);
        }
        let gained = desk.wealth() - wealth;
        // Time has taken from options that he held for ten minutes and more.
        assert!(tips > 0 && gained < -tips, "round {round}: gained {gained} with tips of {tips}");
    }
}

/// The negative of a part of a leg, all of which together are the negative of the whole.
fn part_of(whole: &Leg, part: u64, parts: u64) -> Leg {
    let lots = i128::try_from(whole.sizeWad).unwrap() / (CONTRACT / 1_000);
    let (part, parts) = (i128::from(part), i128::from(parts));
    let each = lots * (part + 1) / parts - lots * part / parts;
    leg(whole.series, -each * (CONTRACT / 1_000))
}
