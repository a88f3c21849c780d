//! Who may do what.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_chain::BlockSelector;
use equipoise_interfaces::{
    account, AddressHasNoCode, AlreadyWired, CallerNotAllowed, CallerNotOwner, ClearingMarketUnknown, IClearing,
    IMarket, IMarketMargin, Margin, MarketBoardUnknown, MarketExpiryInvalid, MarketParameterCount,
    MarketParameterNotWhole, MarketParameterOutOfBounds, MarketParametersInconsistent, MarketStrikesInvalid,
    MarketSurfaceKeepersUnset, MarketTooManyBoards, NotWired, Report, SelectorUnknown,
};
use equipoise_market_state::store::{Place, ROOT};
use equipoise_risk::parameters::{COUNT, RULES};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, wad, Market, CONSTRUCTOR, CONTRACT, DAY, FAR, K3000, STRIKES, WINDOW};

const RICH: u128 = 10_000_000 * TOKEN;
const YEAR: u64 = 365 * DAY;

fn listing(expiry: u64) -> IMarket::listBoardCall {
    IMarket::listBoardCall { expiry, strikesWad: STRIKES.iter().map(|strike| wad(*strike)).collect() }
}

#[test]
fn only_the_owner_lists_sets_parameters_and_wires() {
    let mut market = Market::open();
    let owner = market.world.owner;
    let stranger = market.trader("stranger", 0);
    let parameters = market.read(&IMarket::parametersCall {});
    let expiry = market.now() + 20 * DAY;
    for caller in [stranger, market.keeper, market.vault, market.desk] {
        let refused = CallerNotOwner { caller, owner };
        market.refuse(caller, &listing(expiry), &refused);
        market.refuse(caller, &IMarket::setParametersCall { parametersWad: parameters.clone() }, &refused);
        let (oracle, clearing, vault) = (market.oracle, market.clearing, market.vault);
        market.refuse(caller, &IMarket::wireCall { oracle, clearing, vault }, &refused);
        market.refuse(caller, &IMarket::transferOwnershipCall { successor: caller }, &refused);
        let keepers = IMarket::setSurfaceKeepersCall { keepers: vec![caller], threshold: 1 };
        market.refuse(caller, &keepers, &refused);
    }
    assert_eq!(market.list(expiry, &STRIKES), 5);
    // By rising expiry: it comes between those of 14 and of 30 days.
    assert_eq!(market.read(&IMarket::liveBoardsCall {}), vec![1, 2, 5, 3, 4]);
    market.send(owner, &IMarket::setParametersCall { parametersWad: parameters.clone() }).unwrap();
    assert_eq!(market.read(&IMarket::parametersCall {}), parameters);
}

#[test]
fn ownership_goes_over_in_two_steps() {
    let mut market = Market::open();
    let owner = market.world.owner;
    let successor = market.trader("successor", 0);
    let expiry = market.now() + 20 * DAY;
    market.send(owner, &IMarket::transferOwnershipCall { successor }).unwrap();
    market.refuse(successor, &listing(expiry), &CallerNotOwner { caller: successor, owner });
    market.refuse(owner, &IMarket::acceptOwnershipCall {}, &CallerNotOwner { caller: owner, owner: successor });
    market.send(successor, &IMarket::acceptOwnershipCall {}).unwrap();
    assert_eq!(market.read(&IMarket::ownerCall {}), successor);
    market.refuse(owner, &listing(expiry), &CallerNotOwner { caller: owner, owner: successor });
    market.send(successor, &listing(expiry)).unwrap();
}

#[test]
fn wiring_is_done_once_and_names_contracts() {
    let mut market = Market::open();
    let (owner, oracle, clearing, vault) = (market.world.owner, market.oracle, market.clearing, market.vault);
    let (senior, junior) = (market.senior, market.junior);
    let again = IMarket::wireCall { oracle, clearing, vault };
    market.refuse(owner, &again, &AlreadyWired {});
    market.refuse_at(clearing, owner, &IClearing::wireCall { vault: owner, senior, junior }, &AlreadyWired {});

    let stranger = market.trader("stranger", 0);
    let arguments = (market.programs(), owner, U256::from(9)).abi_encode();
    let fresh = market.world.deploy_program("market", arguments).unwrap();
    let no_code = IMarket::wireCall { oracle, clearing, vault: stranger };
    let refused = market.world.send(owner, fresh, &no_code).unwrap_err();
    refused.expect(&AddressHasNoCode { account: stranger });
    // Until it is wired nothing works.
    let legs = vec![leg(call_of(1, K3000), CONTRACT)];
    let trade = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: FAR };
    market.world.send(stranger, fresh, &trade).unwrap_err().expect(&NotWired {});
    let flow = IMarket::recordLpFlowCall { flowAtoms: I256::ONE };
    market.world.send(stranger, fresh, &flow).unwrap_err().expect(&NotWired {});
    let draft = market.draft(Vec::new());
    let post = market.signed(draft);
    market.world.send(stranger, fresh, &post).unwrap_err().expect(&MarketSurfaceKeepersUnset {});
}

#[test]
fn only_the_vault_records_flows_and_only_the_market_moves_the_ledger() {
    let mut market = Market::open();
    let (owner, keeper, vault, clearing) = (market.world.owner, market.keeper, market.vault, market.clearing);
    let trader = market.trader("trader", RICH);
    let account = account::of(trader);
    for caller in [trader, owner, keeper, clearing, market.desk] {
        let flow = IMarket::recordLpFlowCall { flowAtoms: I256::ONE };
        market.refuse(caller, &flow, &CallerNotAllowed { caller, allowed: vault });
        let refused = ClearingMarketUnknown { market: caller };
        let margin = Margin { valueX64: 0, markX64: 0, maintenanceX64: [0; 32], initialX64: [0; 32] };
        let report = Report { holds: 1, isReducing: false, margin };
        let record = IClearing::recordTradeCall { account, caller: trader, costAtoms: I256::MINUS_ONE, report };
        market.refuse_at(clearing, caller, &record, &refused);
        market.refuse_at(clearing, caller, &IClearing::settleVaultCall { payoffAtoms: I256::ONE }, &refused);
        let settle = IClearing::settleAccountCall { account, payoffAtoms: I256::ONE, holds: 0 };
        market.refuse_at(clearing, caller, &settle, &refused);
        let refused = CallerNotAllowed { caller, allowed: market.senior };
        let take = IClearing::takeLpDepositCall { from: trader, amountAtoms: U256::ONE };
        market.refuse_at(clearing, caller, &take, &refused);
        let back = IClearing::returnLpDepositCall { to: caller, amountAtoms: U256::ONE };
        market.refuse_at(clearing, caller, &back, &refused);
        let pay = IClearing::payLpClaimCall { to: caller, amountAtoms: U256::ONE };
        market.refuse_at(clearing, caller, &pay, &refused);
    }
}

#[test]
fn constructors_run_once() {
    let mut market = Market::open();
    let stranger = market.trader("stranger", 0);
    let arguments = (market.programs(), stranger, U256::from(8)).abi_encode();
    let data = [CONSTRUCTOR.to_vec(), arguments].concat();
    market.refused_data(market.market, stranger, data).expect(&AlreadyWired {});
    let data =
        [CONSTRUCTOR.to_vec(), (market.desk, market.desk, market.desk, stranger, market.world.token).abi_encode()]
            .concat();
    market.refused_data(market.clearing, stranger, data).expect(&AlreadyWired {});
    let data = [CONSTRUCTOR.to_vec(), ([market.world.feed; 4], 0_u32).abi_encode()].concat();
    market.refused_data(market.oracle, stranger, data).expect(&AlreadyWired {});
    for stateless in
        [market.surface, market.valuer, market.pricer, market.assessor, market.mover, market.curator, market.watcher]
    {
        let refused = market.refused_data(stateless, stranger, CONSTRUCTOR.to_vec());
        refused.expect(&SelectorUnknown { selector: CONSTRUCTOR.into() });
    }
    // A market of a program that is no contract, of no owner, or of strikes too fine to pack, cannot be made.
    let programs = market.programs();
    let with_stranger = (0..programs.len()).map(|place| {
        let mut programs = programs;
        programs[place] = stranger;
        (programs, stranger, U256::from(8))
    });
    let others = [(programs, Address::ZERO, U256::from(8)), (programs, stranger, U256::from(33))];
    for arguments in with_stranger.chain(others) {
        assert!(market.world.deploy_program("market", arguments.abi_encode()).is_err());
    }
}

#[test]
fn desk_and_curator_called_by_themselves_change_nothing_of_the_market() {
    let mut market = Market::open();
    let stranger = market.trader("stranger", RICH);
    market.trade(stranger, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    let before = market.state(&[stranger]);
    let (desk, curator) = (market.desk, market.curator);
    let caller = CallerNotOwner { caller: stranger, owner: Address::ZERO };
    market.refuse_at(curator, stranger, &listing(market.now() + 20 * DAY), &caller);
    let keepers = IMarket::setSurfaceKeepersCall { keepers: vec![stranger], threshold: 1 };
    market.refuse_at(curator, stranger, &keepers, &caller);
    let slices = market.slices();
    let draft = market.draft(slices);
    let post = market.signed(draft);
    market.refuse_at(curator, stranger, &post, &MarketSurfaceKeepersUnset {});
    market.refuse_at(desk, stranger, &post, &SelectorUnknown { selector: IMarket::postSurfaceCall::SELECTOR.into() });
    // Anybody may make himself the owner of the desk's own storage, which nobody reads.
    let construct = [CONSTRUCTOR.to_vec(), (market.programs(), stranger, U256::from(8)).abi_encode()].concat();
    assert!(market.world.submit(stranger, desk, construct).status);
    let (oracle, clearing, vault) = (market.oracle, market.clearing, market.vault);
    let wire = IMarket::wireCall { oracle, clearing, vault };
    market.world.send(stranger, desk, &wire).unwrap();
    let selector = IMarket::listBoardCall::SELECTOR.into();
    market.refuse_at(desk, stranger, &listing(market.now() + 20 * DAY), &SelectorUnknown { selector });
    let settle = IMarket::settleBoardCall { board: 1, firstRound: alloy_primitives::aliases::U80::from(1) };
    let account = IMarket::settleAccountCall { account: account::of(stranger), board: 1 };
    market.refuse_at(desk, stranger, &account, &MarketBoardUnknown { board: 1 });
    for call in [settle.abi_encode(), IMarket::fixPayoutRatioCall { board: 1 }.abi_encode()] {
        market.refused_data(curator, stranger, call).expect(&MarketBoardUnknown { board: 1 });
    }
    assert_eq!(market.state(&[stranger]), before);
}

#[test]
fn market_that_anybody_makes_of_the_same_programs_reaches_no_ledger() {
    let mut market = Market::open();
    let stranger = market.trader("stranger", RICH);
    let arguments = (market.programs(), stranger, U256::from(8)).abi_encode();
    let own = market.world.deploy_program("market", arguments).unwrap();
    let (oracle, clearing, vault) = (market.oracle, market.clearing, market.vault);
    market.world.send(stranger, own, &IMarket::wireCall { oracle, clearing, vault }).unwrap();
    let listed = market.world.send(stranger, own, &listing(market.now() + WINDOW + 1)).unwrap();
    let board = IMarket::listBoardCall::abi_decode_returns(&listed.output).unwrap();
    market.pass(WINDOW + 1);
    market.push(3_000);
    let first = market.last_round() - 1;
    let settle = IMarket::settleBoardCall { board, firstRound: alloy_primitives::aliases::U80::from(first) };
    market.refuse_at(own, stranger, &settle, &ClearingMarketUnknown { market: own });
}

#[test]
fn mover_called_by_itself_moves_nothing() {
    let mut market = Market::open();
    let stranger = market.trader("stranger", RICH);
    market.trade(stranger, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    let (mover, from) = (market.mover, account::of(stranger));
    let to = account::sub(stranger, 1);
    let share = IMarketMargin::moveShareCall { from, to, shareX64: 1 << 64 };
    market.refuse_at(mover, stranger, &share, &NotWired {});
    market.refuse_at(
        mover,
        stranger,
        &IMarketMargin::takeOverCall { account: from, vaultCashAtoms: I256::MAX },
        &NotWired {},
    );
    market.refuse_at(mover, stranger, &IMarketMargin::deleverageCall { account: from, counter: to }, &NotWired {});
}

#[test]
fn desk_called_by_itself_moves_nothing() {
    let mut market = Market::open();
    let stranger = market.trader("stranger", RICH);
    market.trade(stranger, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    let at = ROOT + U256::from(Place::Desk as u8);
    let desk = Address::from_word(market.world.chain.storage(market.market, at, BlockSelector::latest()).unwrap());
    let (from, to) = (account::of(stranger), account::sub(stranger, 1));
    // Its own storage knows no boards.
    let legs = vec![leg(call_of(1, K3000), CONTRACT)];
    market.refuse_at(desk, stranger, &IMarket::transferLongsCall { from, to, legs }, &MarketBoardUnknown { board: 1 });
    let settle = IMarket::settleAccountCall { account: from, board: 1 };
    market.refuse_at(desk, stranger, &settle, &MarketBoardUnknown { board: 1 });
}

#[test]
fn listing_is_refused_when_the_expiry_or_the_strikes_make_no_sense() {
    let mut market = Market::open();
    let (owner, now) = (market.world.owner, market.now());
    let taken = market.boards[2].1;
    for expiry in [0, now, now + WINDOW, now + 3 * YEAR - 10 * DAY + 1, taken] {
        market.refuse(owner, &listing(expiry), &MarketExpiryInvalid { expiry, nowAt: now });
    }
    let half = U256::from(CONTRACT / 2);
    let lists = [
        (Vec::new(), U256::ZERO),
        ((1..=20).map(wad).collect(), U256::ZERO),
        (vec![wad(3_000), wad(3_000)], wad(3_000)),
        (vec![wad(3_000), wad(2_900)], wad(2_900)),
        (vec![U256::ZERO], U256::ZERO),
        (vec![wad(3_000), wad(3_000) + U256::ONE], wad(3_000) + U256::ONE),
        (vec![wad(1 << 24)], wad(1 << 24)),
        (vec![U256::MAX], U256::MAX),
    ];
    for (strikes, strike) in lists {
        let refused = MarketStrikesInvalid { count: U256::from(strikes.len()), strikeWad: strike };
        let call = IMarket::listBoardCall { expiry: now + 20 * DAY, strikesWad: strikes };
        market.refuse(owner, &call, &refused);
    }
    // Sixteen strikes, down to the 256th of a dollar, are fine, and eight boards are all there can be.
    let strikes: Vec<_> = (1..=16).map(|place| half * U256::from(place) / U256::from(128)).collect();
    let call = IMarket::listBoardCall { expiry: now + 20 * DAY, strikesWad: strikes.clone() };
    market.send(owner, &call).unwrap();
    assert_eq!(market.read(&IMarket::strikesCall { board: 5 }), strikes);
    for days in 21..24 {
        market.list(now + days * DAY, &STRIKES);
    }
    let full = MarketTooManyBoards { maximum: U256::from(8) };
    market.refuse(owner, &listing(now + 40 * DAY), &full);
}

#[test]
fn parameters_are_refused_out_of_bounds_or_out_of_grain() {
    let mut market = Market::open();
    let owner = market.world.owner;
    let good = market.read(&IMarket::parametersCall {});
    let million = U256::from(1_000_000);
    let set = |parameters: &[U256]| IMarket::setParametersCall { parametersWad: parameters.to_vec() };
    let fewer = COUNT - 1;
    let count = MarketParameterCount { count: U256::from(fewer), expected: U256::from(COUNT) };
    market.refuse(owner, &set(&good[..fewer]), &count);
    let mut odd = good.clone();
    odd[3] += U256::ONE;
    let unit = U256::from(CONTRACT) / million;
    market.refuse(owner, &set(&odd), &MarketParameterNotWhole { parameter: 3, value: odd[3], unit });
    for (place, rule) in RULES.iter().enumerate() {
        let beyond = [rule.min.checked_sub(1), rule.max.checked_add(1)];
        for value in beyond.into_iter().flatten() {
            let mut wrong = good.clone();
            wrong[place] = U256::from(value) * unit;
            let refused = MarketParameterOutOfBounds {
                parameter: u8::try_from(place).unwrap(),
                value: U256::from(value),
                min: U256::from(rule.min),
                max: U256::from(rule.max),
            };
            market.refuse(owner, &set(&wrong), &refused);
        }
    }
    let mut crossed = good.clone();
    crossed[1] = good[0] + unit;
    market.refuse(owner, &set(&crossed), &MarketParametersInconsistent { parameter: 1, other: 0 });
    let mut crossed = good.clone();
    crossed[4] = good[3] - unit;
    market.refuse(owner, &set(&crossed), &MarketParametersInconsistent { parameter: 4, other: 3 });
    let mut doubled = good;
    doubled[10] *= U256::from(2);
    let legs = [leg(call_of(1, K3000), CONTRACT)];
    let before = market.quote(&legs).unwrap();
    market.send(owner, &set(&doubled)).unwrap();
    assert_eq!(market.read(&IMarket::parametersCall {}), doubled);
    // The fee of a call of spot 3,000: 3 basis points are 0.90, twice as much 1.80.
    assert_eq!((before.feeAtoms, market.quote(&legs).unwrap().feeAtoms), (U256::from(900_000), U256::from(1_800_000)));
}
