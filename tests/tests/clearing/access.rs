//! Who may do what.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::{of, sub, system, SYSTEM_ACCOUNTS};
use equipoise_interfaces::{
    AddressHasNoCode, AddressIsZero, AlreadyWired, CallerNotAllowed, CallerNotOwner, ClearingAccountReserved,
    ClearingAccountShort, ClearingAlreadyRegistered, ClearingCorrelationOutOfBounds, ClearingIncomplete,
    ClearingInsuranceFloorTooHigh, ClearingMarketUnknown, ClearingMarketsFull, ClearingNotAuthorised, ClearingNotFinal,
    ClearingSameAccount, IClearing, ITuned, InsuranceFloorSet, NotWired,
};
use equipoise_risk::governed::MOST_FLOOR;
use equipoise_tests::{Failure, World};

use crate::fixture::{margin, nothing, setup, trade_of, unwired};

#[test]
fn nothing_moves_before_wiring() {
    let mut setup = unwired(|world| world.token);
    let trader = setup.world.account_with("trader", 10);
    setup.world.approve(trader, setup.clearing);
    let amount = U256::from(1);
    setup.send(trader, &IClearing::depositCall { amountAtoms: amount }).unwrap_err().expect(&ClearingNotFinal {});
    setup.send(trader, &IClearing::withdrawCall { amountAtoms: amount }).unwrap_err().expect(&NotWired {});
    let market = setup.market;
    setup.trade(trader, 0).unwrap_err().expect(&ClearingMarketUnknown { market });
    let take = IClearing::takeLpDepositCall { from: trader, amountAtoms: amount };
    setup.by_vault(&take).unwrap_err().expect(&NotWired {});
}

#[test]
fn deposits_are_let_in_once_and_only_when_everything_is_named() {
    let mut setup = unwired(|world| world.token);
    let (owner, market, vault, other) = (setup.world.owner, setup.market, setup.vault, setup.other);
    let trader = setup.world.account_with("trader", 10);
    setup.world.approve(trader, setup.clearing);
    let finalize = IClearing::finalizeCall {};
    let refused = setup.send(trader, &finalize);
    refused.unwrap_err().expect(&CallerNotOwner { caller: trader, owner });
    let nothing = ClearingIncomplete { vault: Address::ZERO, marketCount: 0, registry: Address::ZERO };
    setup.send(owner, &finalize).unwrap_err().expect(&nothing);
    setup.send(owner, &IClearing::wireCall { vault, senior: vault, junior: vault }).unwrap();
    setup.send(owner, &IClearing::registerMarketCall { market }).unwrap();
    let unnamed = ClearingIncomplete { vault, marketCount: 1, registry: Address::ZERO };
    setup.send(owner, &finalize).unwrap_err().expect(&unnamed);
    let amount = U256::from(1);
    let deposits = [
        IClearing::depositCall { amountAtoms: amount }.abi_encode(),
        IClearing::depositForCall { account: of(trader), amountAtoms: amount }.abi_encode(),
        IClearing::depositInsuranceCall { amountAtoms: amount }.abi_encode(),
    ];
    let clearing = setup.clearing;
    for deposit in &deposits {
        let refused = setup.world.submit(trader, clearing, deposit.clone());
        Failure(refused.output).expect(&ClearingNotFinal {});
    }
    let take = IClearing::takeLpDepositCall { from: trader, amountAtoms: amount };
    setup.by_vault(&take).unwrap_err().expect(&ClearingNotFinal {});

    setup.send(owner, &ITuned::nameRegistryCall { program: other }).unwrap();
    setup.send(owner, &finalize).unwrap();
    assert!(setup.world.read(clearing, &IClearing::isFinalCall {}));
    setup.send(owner, &finalize).unwrap_err().expect(&AlreadyWired {});
    for deposit in deposits {
        assert!(setup.world.submit(trader, clearing, deposit).status);
    }
    setup.by_vault(&take).unwrap();
}

#[test]
fn owner_wires_once_and_to_contracts_only() {
    let mut setup = unwired(|world| world.token);
    let (owner, market, vault, other) = (setup.world.owner, setup.market, setup.vault, setup.other);
    let stranger = setup.world.account("stranger");
    let wire = |vault, senior, junior| IClearing::wireCall { vault, senior, junior };
    let refused = setup.send(stranger, &wire(vault, vault, vault));
    refused.unwrap_err().expect(&CallerNotOwner { caller: stranger, owner });
    let refused = setup.send(owner, &wire(vault, stranger, vault));
    refused.unwrap_err().expect(&AddressHasNoCode { account: stranger });
    setup.send(owner, &wire(vault, vault, Address::ZERO)).unwrap_err().expect(&AddressIsZero {});
    setup.send(owner, &wire(vault, market, other)).unwrap();
    setup.send(owner, &wire(vault, vault, vault)).unwrap_err().expect(&AlreadyWired {});
    let clearing = setup.clearing;
    assert_eq!(setup.world.read(clearing, &IClearing::vaultCall {}), vault);
    let tranches = setup.world.read(clearing, &IClearing::tranchesCall {});
    assert_eq!((tranches.senior, tranches.junior), (market, other));
    assert_eq!(setup.world.read(clearing, &IClearing::ownerCall {}), owner);
    assert_eq!(setup.world.read(clearing, &IClearing::liquidatorCall {}), setup.liquidator);
    assert_eq!(setup.world.read(clearing, &IClearing::registrarCall {}), setup.registrar);
    assert_eq!(setup.world.read(clearing, &IClearing::backstopCall {}), setup.backstop);
    assert_eq!(setup.world.read(clearing, &IClearing::tokenCall {}), setup.world.token);
    assert_eq!(setup.world.read(clearing, &IClearing::tokenDecimalsCall {}), 6);
}

#[test]
fn owner_registers_eight_markets_each_once() {
    let mut setup = setup();
    let (owner, market) = (setup.world.owner, setup.market);
    let stranger = setup.world.account("stranger");
    let register = |market| IClearing::registerMarketCall { market };
    let refused = setup.send(stranger, &register(market));
    refused.unwrap_err().expect(&CallerNotOwner { caller: stranger, owner });
    setup.send(owner, &register(market)).unwrap_err().expect(&ClearingAlreadyRegistered { program: market });
    setup.send(owner, &register(stranger)).unwrap_err().expect(&AddressHasNoCode { account: stranger });
    for number in 2..8 {
        let market = setup.world.deploy("TestMarket", Vec::new());
        let receipt = setup.send(owner, &register(market)).unwrap();
        assert_eq!(IClearing::registerMarketCall::abi_decode_returns(&receipt.output).unwrap(), number);
        assert_eq!(setup.world.read(setup.clearing, &IClearing::marketCall { number }), market);
    }
    let ninth = setup.world.deploy("TestMarket", Vec::new());
    setup.send(owner, &register(ninth)).unwrap_err().expect(&ClearingMarketsFull { maximum: 8 });
    assert_eq!(setup.world.read(setup.clearing, &IClearing::marketCountCall {}), 8);
}

#[test]
fn owner_sets_the_correlation_within_its_bounds() {
    let mut setup = setup();
    let owner = setup.world.owner;
    let stranger = setup.world.account("stranger");
    let set = |millionths| IClearing::setCorrelationCall { millionths };
    assert_eq!(setup.world.read(setup.clearing, &IClearing::correlationCall {}), 500_000);
    setup.send(stranger, &set(0)).unwrap_err().expect(&CallerNotOwner { caller: stranger, owner });
    let refused = setup.send(owner, &set(900_001)).unwrap_err();
    refused.expect(&ClearingCorrelationOutOfBounds { millionths: 900_001, min: 0, max: 900_000 });
    setup.send(owner, &set(900_000)).unwrap();
    assert_eq!(setup.world.read(setup.clearing, &IClearing::correlationCall {}), 900_000);
}

#[test]
fn owner_sets_what_the_insurance_fund_must_hold_for_a_market() {
    let mut setup = setup();
    let (owner, market) = (setup.world.owner, setup.market);
    let stranger = setup.world.account("stranger");
    let set = |market, tokens| IClearing::setInsuranceFloorCall { market, floorTokens: tokens };
    assert_eq!(setup.world.read(setup.clearing, &IClearing::insuranceFloorCall { market }), 0);
    setup.send(stranger, &set(market, 1)).unwrap_err().expect(&CallerNotOwner { caller: stranger, owner });
    let refused = setup.send(owner, &set(market, MOST_FLOOR + 1)).unwrap_err();
    refused.expect(&ClearingInsuranceFloorTooHigh { floorTokens: MOST_FLOOR + 1, maxTokens: MOST_FLOOR });
    setup.send(owner, &set(stranger, 1)).unwrap_err().expect(&ClearingMarketUnknown { market: stranger });
    let given = setup.trader("giver", 100);
    setup.send(given, &IClearing::depositInsuranceCall { amountAtoms: U256::from(30) }).unwrap();
    let standing = IClearing::vaultStandingCall { market };
    let told = setup.world.read(setup.clearing, &standing);
    assert_eq!((told.insuranceFloorTokens, told.insuranceAtoms), (0, U256::ZERO), "nobody asks for it");
    let receipt = setup.send(owner, &set(market, MOST_FLOOR)).unwrap();
    let event = World::events::<InsuranceFloorSet>(&receipt).remove(0);
    assert_eq!((event.market, event.floorTokens), (market, MOST_FLOOR));
    let told = setup.world.read(setup.clearing, &standing);
    assert_eq!((told.insuranceFloorTokens, told.insuranceAtoms), (MOST_FLOOR, U256::from(30)));
    assert_eq!(setup.world.read(setup.clearing, &IClearing::insuranceFloorCall { market }), MOST_FLOOR);
    setup.send(owner, &set(market, 0)).unwrap();
    assert_eq!(setup.world.read(setup.clearing, &standing).insuranceFloorTokens, 0);
}

#[test]
fn strangers_move_nobodys_cash() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    let stranger = setup.world.account("stranger");
    let (account, one) = (of(trader), U256::from(1));
    let (market, vault) = (setup.market, setup.vault);
    let of_market = ClearingMarketUnknown { market: stranger };
    let of_vault = CallerNotAllowed { caller: stranger, allowed: vault };
    let trade = trade_of(account, trader, 1, 1, false, nothing());
    setup.send(stranger, &trade).unwrap_err().expect(&of_market);
    setup.send(stranger, &IClearing::settleVaultCall { payoffAtoms: I256::ONE }).unwrap_err().expect(&of_market);
    let settle = IClearing::settleAccountCall { account, payoffAtoms: I256::ONE, holds: 0 };
    setup.send(stranger, &settle).unwrap_err().expect(&of_market);
    setup.send(stranger, &IClearing::fundInsuranceCall { amountAtoms: one }).unwrap_err().expect(&of_market);
    let transfer =
        IClearing::recordTransferCall { from: account, to: of(stranger), caller: trader, fromHolds: 0, toHolds: 1 };
    setup.send(stranger, &transfer).unwrap_err().expect(&of_market);
    let take = IClearing::takeLpDepositCall { from: trader, amountAtoms: one };
    setup.send(stranger, &take).unwrap_err().expect(&of_vault);
    let settle = IClearing::settleLpEpochCall { market: 0, acceptedAtoms: one, refusedAtoms: one, redeemedAtoms: one };
    setup.send(stranger, &settle).unwrap_err().expect(&of_vault);
    let give_back = IClearing::returnLpDepositCall { to: stranger, amountAtoms: one };
    setup.send(stranger, &give_back).unwrap_err().expect(&of_vault);
    let pay = IClearing::payLpClaimCall { to: stranger, amountAtoms: one };
    setup.send(stranger, &pay).unwrap_err().expect(&of_vault);
    let move_capital = IClearing::reallocateCall { from: 0, to: 1, amountAtoms: one };
    setup.send(stranger, &move_capital).unwrap_err().expect(&of_vault);
    let refused = setup.send(stranger, &IClearing::withdrawFromCall { account, amountAtoms: one, to: stranger });
    refused.unwrap_err().expect(&ClearingNotAuthorised { account, caller: stranger });
    let refused =
        setup.send(stranger, &IClearing::transferCashCall { from: account, to: of(stranger), amountAtoms: one });
    refused.unwrap_err().expect(&ClearingNotAuthorised { account, caller: stranger });
    // Nor do the programs have each other's powers, nor a market those of a trader it does not trade for.
    setup.by_vault(&trade).unwrap_err().expect(&ClearingMarketUnknown { market: vault });
    setup.by_market(&pay).unwrap_err().expect(&CallerNotAllowed { caller: market, allowed: vault });
    let forged = trade_of(account, stranger, 1, 1, false, nothing());
    setup.by_market(&forged).unwrap_err().expect(&ClearingNotAuthorised { account, caller: stranger });
    assert_eq!(setup.cash(account), 100);
}

#[test]
fn nobody_touches_the_ledgers_own_accounts() {
    let mut setup = setup();
    setup.fund_vault(10);
    let trader = setup.trader("trader", 100);
    for account in (0..SYSTEM_ACCOUNTS).map(system) {
        let reserved = ClearingAccountReserved { account };
        let amount = U256::ONE;
        let trade = trade_of(account, Address::ZERO, 1, 1, false, nothing());
        setup.by_market(&trade).unwrap_err().expect(&reserved);
        let settle = IClearing::settleAccountCall { account, payoffAtoms: I256::ONE, holds: 0 };
        setup.by_market(&settle).unwrap_err().expect(&reserved);
        let into = IClearing::depositForCall { account, amountAtoms: amount };
        setup.send(trader, &into).unwrap_err().expect(&reserved);
        let out = IClearing::withdrawFromCall { account, amountAtoms: amount, to: trader };
        setup.send(trader, &out).unwrap_err().expect(&reserved);
        let gift = IClearing::transferCashCall { from: of(trader), to: account, amountAtoms: amount };
        setup.send(trader, &gift).unwrap_err().expect(&reserved);
        setup.send(trader, &IClearing::startAuctionCall { account }).unwrap_err().expect(&reserved);
        setup.send(trader, &IClearing::coverBadDebtCall { account }).unwrap_err().expect(&reserved);
        let bid =
            IClearing::bidCall { account: of(trader), bidder: account, mostShareX64: 1, mostPriceAtoms: I256::MAX };
        setup.send(trader, &bid).unwrap_err().expect(&reserved);
    }
}

#[test]
fn owners_have_accounts_beside_the_first_and_withdraw_to_whom_they_say() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    let friend = setup.world.account("friend");
    let (first, second) = (of(trader), sub(trader, 7));
    let amount = U256::from(30);
    setup.send(trader, &IClearing::depositForCall { account: second, amountAtoms: amount }).unwrap();
    setup.send(trader, &IClearing::transferCashCall { from: first, to: second, amountAtoms: amount }).unwrap();
    assert_eq!([first, second].map(|id| setup.cash(id)), [70, 60]);
    let out = IClearing::withdrawFromCall { account: second, amountAtoms: U256::from(50), to: friend };
    setup.send(trader, &out).unwrap();
    assert_eq!((setup.world.tokens(friend), setup.cash(second)), (50, 10));
    let to_nobody = IClearing::withdrawFromCall { account: second, amountAtoms: U256::ONE, to: Address::ZERO };
    setup.send(trader, &to_nobody).unwrap_err().expect(&AddressIsZero {});
    let to_itself = IClearing::transferCashCall { from: first, to: first, amountAtoms: amount };
    setup.send(trader, &to_itself).unwrap_err().expect(&ClearingSameAccount { account: first });
    setup.assert_custody(&[first, second]);
}

#[test]
fn longs_move_by_their_owner_between_accounts_that_consent() {
    let mut setup = setup();
    let (trader, friend) = (setup.trader("trader", 100), setup.trader("friend", 100));
    let (from, to) = (of(trader), of(friend));
    setup.trade(trader, 10).unwrap();
    assert_eq!(setup.flags(from), (1, 0, false));
    let moved = |caller, to| IClearing::recordTransferCall { from, to, caller, fromHolds: 0, toHolds: 1 };
    // The friend has not agreed; then he has, as far as trading for him goes.
    let refused = setup.by_market(&moved(trader, to)).unwrap_err();
    refused.expect(&ClearingNotAuthorised { account: to, caller: trader });
    setup.send(friend, &IClearing::setOperatorCall { operator: trader, until: u64::MAX }).unwrap();
    setup.by_market(&moved(trader, to)).unwrap();
    assert_eq!([from, to].map(|id| setup.flags(id)), [(0, 0, false), (1, 0, false)]);
    // Whom he lets trade for him does not take his longs away.
    let back = IClearing::recordTransferCall { from: to, to: from, caller: trader, fromHolds: 0, toHolds: 1 };
    let refused = setup.by_market(&back).unwrap_err();
    refused.expect(&ClearingNotAuthorised { account: to, caller: trader });
    // Who is short anywhere keeps his longs.
    let other = setup.other;
    setup.open(other, from, 0, &margin(0, 0)).unwrap();
    let refused = setup.by_market(&moved(trader, sub(trader, 1))).unwrap_err();
    refused.expect(&ClearingAccountShort { account: from, shortMarkets: 2 });
}
