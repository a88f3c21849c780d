//! The solver takes vega off the vault, out of his own margin account, where the tip pays for it.

use equipoise_interfaces::account::of;
use equipoise_interfaces::{IClearing, IDealer, IMarket};

use crate::fixture::{Solved, SOLVER};

impl Solved {
    /// The solver's account has cash, and the hedger operates it.
    fn with_desk(mut self, tokens: u64) -> Self {
        self.kept.deposit(SOLVER, tokens.into());
        let (solver, clearing) = (self.kept.account(SOLVER), self.kept.world.contracts.clearing);
        let operator = self.hedging.hedges.hedger;
        let call = IClearing::setOperatorCall { operator, until: u64::MAX >> 8 };
        self.kept.world.send("operator", solver, clearing, &call).unwrap();
        self
    }

    fn penalty(&mut self) -> f64 {
        let market = self.kept.world.contracts.market;
        let book = self.kept.world.view(market, &IMarket::bookCall {}).unwrap();
        f64::from(book.penaltyWad) / 1e18
    }

    fn cash(&mut self, place: usize) -> i128 {
        let (account, clearing) = (of(self.kept.account(place)), self.kept.world.contracts.clearing);
        let told = self.kept.world.view(clearing, &IClearing::cashOfCall { account }).unwrap();
        i128::try_from(told.cashAtoms).unwrap()
    }
}

#[test]
fn options_are_traded_once_the_underlying_leaves_nothing_to_hedge() {
    let mut solved = Solved::open().with_desk(2_000_000);
    let words = ["--options-account", "0"];
    // More than the underlying can take off.
    solved.buy_calls(600.0);
    solved.pass(60);
    assert_eq!(solved.once(&words).result, "checkpoint");
    solved.pass(400);
    let hedged = solved.once(&words);
    assert!(hedged.result == "accepted" && hedged.rebalance.is_some(), "{hedged:?}");
    let hedger = solved.hedging.hedges.hedger;
    assert_ne!(solved.kept.world.view(hedger, &IDealer::optionsWindowCall {}).unwrap(), 0);
    let without = solved.once(&[]);
    assert_eq!(without.result, "nothing", "who has named no account trades no options: {without:?}");
    let dry = solved.once(&["--options-account", "0", "--dry-run"]);
    assert_eq!(dry.result, "planned", "{dry:?}");

    let (before, cash) = (solved.penalty(), solved.cash(SOLVER));
    let wallet = solved.balance(solved.kept.world.contracts.token, solved.kept.account(SOLVER));
    let done = solved.once(&words);
    assert_eq!(done.result, "accepted", "{done:?}");
    let options = done.options.clone().unwrap();
    assert_eq!(dry.options.unwrap().legs, options.legs);
    // The vault lacks vega, so it is sold some.
    assert!(options.legs.iter().all(|(_, contracts)| *contracts < 0.0) && options.cost < 0.0, "{options:?}");
    assert!(options.tip > 0.0 && options.profit > 0.0, "{options:?}");
    let earned = options.tip + options.mid - options.cost;
    assert!(options.profit < earned, "gas costs something: {options:?}");
    let fell = before - solved.penalty();
    // What is told is R with delta hedged, of which the book has a little.
    assert!((fell - options.gain.unwrap()).abs() < 0.02 * fell, "{fell} of {options:?}");
    assert_eq!(solved.cash(SOLVER) - cash, (-options.cost * 1e6).round() as i128);
    let tip = solved.balance(solved.kept.world.contracts.token, solved.kept.account(SOLVER)) - wallet;
    assert_eq!(tip, (options.tip * 1e6).round() as i128);
}

#[test]
fn who_wants_more_than_the_tip_trades_nothing() {
    let mut solved = Solved::open().with_desk(2_000_000);
    solved.buy_calls(600.0);
    solved.pass(60);
    assert_eq!(solved.once(&[]).result, "checkpoint");
    solved.pass(400);
    assert_eq!(solved.once(&[]).result, "accepted");
    let nonce = solved.nonce(SOLVER);
    let greedy = solved.once(&["--options-account", "0", "--options-edge", "50"]);
    assert!(greedy.result == "nothing" && greedy.note.contains("options would earn -"), "{greedy:?}");
    // An account without cash, and one that the hedger does not operate, are refused by a call and send nothing.
    let poor = solved.once(&["--options-account", "7"]);
    assert!(poor.result == "nothing" && poor.note.contains("no options: Clearing"), "{poor:?}");
    assert_eq!(solved.nonce(SOLVER), nonce);
}
