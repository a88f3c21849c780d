use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_interfaces::account::{of, settlement_of, vault_of, INSURANCE, LP_CLAIMS, LP_PENDING, SETTLEMENT, VAULT};
use equipoise_interfaces::{
    AlreadyWired, CallerNotAllowed, CashDeposited, CashMoved, CashWithdrawn, ClearingAmountIsZero,
    ClearingAmountTooLarge, ClearingInsufficientCash, ClearingMarketUnknown, IClearing, VaultDebtSettled,
};
use equipoise_tests::{Failure, Stablecoin, World, TOKEN};

use crate::fixture::{nothing, setup, signed, trade_of, unwired};

#[test]
fn deposits_and_withdrawals_move_tokens_and_cash() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100 * TOKEN);
    assert_eq!(setup.cash(of(trader)), 100_000_000);
    assert_eq!(setup.world.tokens(setup.clearing), 100 * TOKEN);
    setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(30 * TOKEN) }).unwrap();
    assert_eq!(setup.cash(of(trader)), 70_000_000);
    assert_eq!(setup.world.tokens(trader), 130 * TOKEN);
    setup.assert_custody(&[of(trader)]);
}

#[test]
fn deposit_tells_the_cash_it_leaves() {
    let mut setup = setup();
    let trader = setup.trader("trader", 5);
    let receipt = setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(4) }).unwrap();
    let events = World::events::<CashDeposited>(&receipt);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].account, of(trader));
    assert_eq!((events[0].amountAtoms, events[0].cashAtoms), (U256::from(4), signed(9)));
}

#[test]
fn amounts_of_zero_and_past_the_range_are_refused() {
    let mut setup = setup();
    let trader = setup.trader("trader", 5);
    let zero = U256::ZERO;
    let refused = setup.send(trader, &IClearing::depositCall { amountAtoms: zero });
    refused.unwrap_err().expect(&ClearingAmountIsZero {});
    let refused = setup.send(trader, &IClearing::withdrawCall { amountAtoms: zero });
    refused.unwrap_err().expect(&ClearingAmountIsZero {});
    let refused = setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::MAX });
    refused.unwrap_err().expect(&ClearingAmountTooLarge { amountAtoms: U256::MAX });
    let most = U256::from(u128::MAX);
    let refused = setup.send(trader, &IClearing::withdrawCall { amountAtoms: most });
    refused.unwrap_err().expect(&ClearingInsufficientCash {
        account: of(trader),
        cashAtoms: signed(5),
        requiredAtoms: most,
    });
    assert!(setup.trade(trader, i128::MIN).is_err());
    assert_eq!(setup.cash(of(trader)), 5);
}

#[test]
fn deposit_without_allowance_shows_the_tokens_own_error() {
    let mut setup = setup();
    let trader = setup.world.account_with("trader", 10);
    let refused = setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(10) });
    refused.unwrap_err().expect(&Stablecoin::ERC20InsufficientAllowance {
        spender: setup.clearing,
        allowance: U256::ZERO,
        needed: U256::from(10),
    });
}

#[test]
fn constructor_runs_once() {
    let mut setup = setup();
    let stranger = setup.world.account("stranger");
    let data = [
        vec![0x55, 0x85, 0x25, 0x8d],
        (setup.liquidator, setup.backstop, setup.registrar, stranger, setup.world.token).abi_encode(),
    ]
    .concat();
    let receipt = setup.world.submit(stranger, setup.clearing, data);
    Failure(receipt.output).expect(&AlreadyWired {});
}

#[test]
fn vault_pays_no_premium_that_it_does_not_have() {
    let mut setup = setup();
    setup.fund_vault(10);
    let trader = setup.trader("trader", 100);
    setup.trade(trader, -11).unwrap_err().expect(&ClearingInsufficientCash {
        account: VAULT,
        cashAtoms: signed(10),
        requiredAtoms: U256::from(11),
    });
    setup.trade(trader, -10).unwrap();
    assert_eq!(setup.cash(VAULT), 0);
}

#[test]
fn vault_goes_into_debt_for_a_settled_board_and_what_comes_in_pays_it() {
    let mut setup = setup();
    setup.fund_vault(40);
    let receipt = setup.by_market(&IClearing::settleVaultCall { payoffAtoms: signed(-100) }).unwrap();
    let cash = IClearing::settleVaultCall::abi_decode_returns(&receipt.output).unwrap();
    assert_eq!(cash, signed(-60));
    assert_eq!((setup.cash(VAULT), setup.cash(SETTLEMENT)), (-60, 100));
    // It pays nobody else, and earns on.
    let trader = setup.trader("trader", 100);
    setup.trade(trader, -1).unwrap_err().expect(&ClearingInsufficientCash {
        account: VAULT,
        cashAtoms: signed(-60),
        requiredAtoms: U256::from(1),
    });
    setup.trade(trader, 25).unwrap();
    assert_eq!(setup.cash(VAULT), -35);
    setup.trade(trader, 36).unwrap();
    assert_eq!(setup.cash(VAULT), 1);
    setup.assert_custody(&[of(trader)]);
}

#[test]
fn debt_of_a_vault_is_paid_by_insurance_then_by_other_markets_vaults_and_the_rest_given_back() {
    // Of a debt of 60: what insurance has, what the other market's vault has, and what is left.
    for (insured, other, left) in
        [(80, 50, [60, 0, 0]), (20, 50, [20, 40, 0]), (20, 10, [20, 10, 30]), (0, 0, [0, 0, 60])]
    {
        let mut setup = setup();
        setup.fund_vault(40 + other);
        if insured > 0 {
            setup.insure(insured);
        }
        let second = vault_of(1);
        setup.by_vault(&IClearing::reallocateCall { from: 0, to: 1, amountAtoms: U256::from(other) }).unwrap();
        setup.by_market(&IClearing::settleVaultCall { payoffAtoms: signed(-100) }).unwrap();
        let receipt = setup.by_market(&IClearing::settleVaultDebtCall {}).unwrap();
        let unpaid = IClearing::settleVaultDebtCall::abi_decode_returns(&receipt.output).unwrap();
        let told = World::events::<VaultDebtSettled>(&receipt).remove(0);
        let shown = [told.fromInsuranceAtoms, told.fromVaultsAtoms, told.leftAtoms];
        assert_eq!((told.market, shown, unpaid), (setup.market, left.map(U256::from), U256::from(left[2])));
        assert_eq!((setup.cash(VAULT), setup.cash(SETTLEMENT)), (0, 100 - i128::from(left[2])));
        assert_eq!(setup.cash(second), i128::try_from(other).unwrap() - i128::from(left[1]));
        assert_eq!(setup.cash(INSURANCE), i128::try_from(insured).unwrap() - i128::from(left[0]));
        setup.assert_custody(&[second]);
        // There is none any more.
        let receipt = setup.by_market(&IClearing::settleVaultDebtCall {}).unwrap();
        assert_eq!(IClearing::settleVaultDebtCall::abi_decode_returns(&receipt.output).unwrap(), U256::ZERO);
        let stranger = setup.world.account("stranger");
        let refused = setup.send(stranger, &IClearing::settleVaultDebtCall {}).unwrap_err();
        refused.expect(&ClearingMarketUnknown { market: stranger });
    }
}

#[test]
fn lp_cash_goes_through_its_own_accounts() {
    let mut setup = setup();
    let lp = setup.world.account_with("an LP", 1_000);
    setup.world.approve(lp, setup.clearing);
    let take = IClearing::takeLpDepositCall { from: lp, amountAtoms: U256::from(1_000) };
    setup.by_vault(&take).unwrap();
    assert_eq!(setup.cash(LP_PENDING), 1_000);
    let settle = IClearing::settleLpEpochCall {
        market: 0,
        acceptedAtoms: U256::from(700),
        refusedAtoms: U256::from(300),
        redeemedAtoms: U256::from(50),
    };
    let receipt = setup.by_vault(&settle).unwrap();
    assert_eq!(World::events::<CashMoved>(&receipt).len(), 3);
    assert_eq!(setup.cash(LP_PENDING), 0);
    assert_eq!(setup.cash(VAULT), 650);
    assert_eq!(setup.cash(LP_CLAIMS), 350);
    let pay = IClearing::payLpClaimCall { to: lp, amountAtoms: U256::from(351) };
    setup.by_vault(&pay).unwrap_err().expect(&ClearingInsufficientCash {
        account: LP_CLAIMS,
        cashAtoms: signed(350),
        requiredAtoms: U256::from(351),
    });
    let pay = IClearing::payLpClaimCall { to: lp, amountAtoms: U256::from(350) };
    setup.by_vault(&pay).unwrap();
    assert_eq!(setup.world.tokens(lp), 350);
    setup.assert_custody(&[]);
}

#[test]
fn deposits_go_back_by_tranches_only_and_fees_leave_by_the_vault_program() {
    let mut setup = unwired(|world| world.token);
    let (owner, vault) = (setup.world.owner, setup.vault);
    let [senior, junior] = [(); 2].map(|()| setup.world.deploy("TestMarket", Vec::new()));
    setup.send(owner, &IClearing::wireCall { vault, senior, junior }).unwrap();
    let clearing = setup.clearing;
    setup.world.let_deposits_in(clearing);
    let market = setup.market;
    setup.send(owner, &IClearing::registerMarketCall { market }).unwrap();
    let clearing = setup.clearing;
    let lp = setup.world.account_with("an LP", 1_000);
    setup.world.approve(lp, clearing);
    let amount = |atoms| U256::from(atoms);
    let take = IClearing::takeLpDepositCall { from: lp, amountAtoms: amount(500) };
    let refused = CallerNotAllowed { caller: vault, allowed: senior };
    setup.by_vault(&take).unwrap_err().expect(&refused);
    for tranche in [senior, junior] {
        setup.world.relay(tranche, clearing, &take).unwrap();
    }
    assert_eq!(setup.cash(LP_PENDING), 1_000);
    let give_back = |atoms| IClearing::returnLpDepositCall { to: lp, amountAtoms: amount(atoms) };
    setup.by_vault(&give_back(1)).unwrap_err().expect(&refused);
    setup.by_market(&give_back(1)).unwrap_err().expect(&CallerNotAllowed { caller: market, allowed: senior });
    setup.world.relay(senior, clearing, &give_back(200)).unwrap();
    let receipt = setup.world.relay(junior, clearing, &give_back(100)).unwrap();
    assert_eq!(World::events::<CashWithdrawn>(&receipt).len(), 1);
    assert_eq!((setup.cash(LP_PENDING), setup.world.tokens(lp)), (700, 300));
    let too_much = ClearingInsufficientCash { account: LP_PENDING, cashAtoms: signed(700), requiredAtoms: amount(701) };
    setup.world.relay(junior, clearing, &give_back(701)).unwrap_err().expect(&too_much);
    let settle = IClearing::settleLpEpochCall {
        market: 0,
        acceptedAtoms: amount(600),
        refusedAtoms: amount(100),
        redeemedAtoms: amount(50),
    };
    setup.by_vault(&settle).unwrap();
    let recipient = setup.world.account("who is due the fees");
    let pay = |to, atoms| IClearing::payLpClaimCall { to, amountAtoms: amount(atoms) };
    setup.by_vault(&pay(recipient, 50)).unwrap();
    setup.world.relay(senior, clearing, &pay(lp, 60)).unwrap();
    setup.world.relay(junior, clearing, &pay(lp, 40)).unwrap();
    setup.by_market(&pay(lp, 1)).unwrap_err().expect(&CallerNotAllowed { caller: market, allowed: senior });
    assert_eq!((setup.world.tokens(recipient), setup.world.tokens(lp), setup.cash(LP_CLAIMS)), (50, 400, 0));
    setup.assert_custody(&[]);
}

#[test]
fn donations_change_no_account() {
    let mut setup = setup();
    setup.fund_vault(100);
    let donor = setup.world.account_with("donor", 1_000);
    let (to, token) = (setup.clearing, setup.world.token);
    let market = setup.market;
    let gift = Stablecoin::transferCall { to, value: U256::from(1_000) };
    setup.world.send(donor, token, &gift).unwrap();
    assert_eq!(setup.world.read(to, &IClearing::vaultCashCall { market }), signed(100));
    let trader = setup.trader("trader", 5);
    assert_eq!(setup.cash(of(trader)), 5);
}

#[test]
fn permit_deposits_in_one_transaction() {
    use alloy_primitives::keccak256;
    use alloy_signer::SignerSync;
    use alloy_signer_local::PrivateKeySigner;

    let mut setup = setup();
    let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(0x42)).unwrap();
    let owner = signer.address();
    setup.world.account_with("unused", 0);
    setup.world.chain.set_balance(owner, U256::from(10).pow(U256::from(20)));
    let (minter, token, spender) = (setup.world.owner, setup.world.token, setup.clearing);
    let mint = Stablecoin::mintCall { to: owner, amountAtoms: U256::from(100) };
    setup.world.send(minter, token, &mint).unwrap();

    let deadline = U256::from(setup.world.chain.timestamp() + 100);
    let typehash = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    let value = U256::from(60);
    let message = keccak256((typehash, owner, spender, value, U256::ZERO, deadline).abi_encode());
    let domain = setup.world.read(token, &Stablecoin::DOMAIN_SEPARATORCall {});
    let digest = keccak256([&[0x19, 0x01], domain.as_slice(), message.as_slice()].concat());
    let signature = signer.sign_hash_sync(&digest).unwrap();
    let call = IClearing::depositWithPermitCall {
        amountAtoms: value,
        deadline,
        v: 27 + u8::from(signature.v()),
        r: signature.r().into(),
        s: signature.s().into(),
    };
    setup.send(owner, &call).unwrap();
    assert_eq!(setup.cash(of(owner)), 60);
    assert_eq!(setup.world.tokens(owner), 40);

    // The signature is used up and so is the allowance.
    let again = setup.send(owner, &call).unwrap_err();
    assert!(again.decode::<Stablecoin::ERC20InsufficientAllowance>().is_some());

    // A signature that somebody else has used before does not stop the deposit.
    setup.world.approve(owner, spender);
    let call = IClearing::depositWithPermitCall { amountAtoms: U256::from(40), ..call };
    setup.send(owner, &call).unwrap();
    assert_eq!(setup.cash(of(owner)), 100);
}

#[test]
fn trades_move_cash_between_trader_and_vault() {
    let mut setup = setup();
    setup.fund_vault(1_000);
    let trader = setup.trader("trader", 100);
    assert_eq!(setup.trade(trader, 60).unwrap(), signed(1_060));
    assert_eq!(setup.cash(of(trader)), 40);
    assert_eq!(setup.trade(trader, -25).unwrap(), signed(1_035));
    assert_eq!(setup.cash(of(trader)), 65);
    let refused = setup.trade(trader, 66).unwrap_err();
    refused.expect(&ClearingInsufficientCash {
        account: of(trader),
        cashAtoms: signed(65),
        requiredAtoms: U256::from(66),
    });
    setup.assert_custody(&[of(trader)]);
}

#[test]
fn settled_board_pays_winners_out_of_losers_in_any_order() {
    // The vault wins 30, one trader wins 20, another loses 50.
    for loser_first in [true, false] {
        let mut setup = setup();
        setup.fund_vault(1_000);
        let (winner, loser) = (setup.trader("winner", 100), setup.trader("loser", 100));
        let receipt = setup.by_market(&IClearing::settleVaultCall { payoffAtoms: signed(30) }).unwrap();
        assert_eq!(IClearing::settleVaultCall::abi_decode_returns(&receipt.output).unwrap(), signed(1_030));
        assert_eq!(setup.cash(SETTLEMENT), -30);
        let order = if loser_first { [(loser, -50), (winner, 20)] } else { [(winner, 20), (loser, -50)] };
        for (trader, payoff) in order {
            setup.settle(trader, payoff, 0);
            setup.assert_custody(&[of(winner), of(loser)]);
        }
        assert_eq!([SETTLEMENT, of(winner), of(loser), VAULT].map(|id| setup.cash(id)), [0, 120, 50, 1_030]);
    }
}

#[test]
fn each_market_has_a_vault_and_a_pot_of_its_own() {
    let mut setup = setup();
    setup.fund_vault(1_000);
    let trader = setup.trader("trader", 100);
    let (market, vault) = (setup.other, setup.vault);
    let move_capital = IClearing::reallocateCall { from: 0, to: 1, amountAtoms: U256::from(400) };
    setup.world.relay(vault, setup.clearing, &move_capital).unwrap();
    assert_eq!([vault_of(0), vault_of(1)].map(|id| setup.cash(id)), [600, 400]);
    let call = trade_of(of(trader), trader, 30, 1, false, nothing());
    setup.world.relay(market, setup.clearing, &call).unwrap();
    assert_eq!([vault_of(0), vault_of(1)].map(|id| setup.cash(id)), [600, 430]);
    let fee = IClearing::fundInsuranceCall { amountAtoms: U256::from(7) };
    setup.world.relay(market, setup.clearing, &fee).unwrap();
    assert_eq!([vault_of(1), INSURANCE].map(|id| setup.cash(id)), [423, 7]);
    let unknown = IClearing::reallocateCall { from: 0, to: 2, amountAtoms: U256::ONE };
    let refused = setup.world.relay(vault, setup.clearing, &unknown).unwrap_err();
    refused.expect(&ClearingMarketUnknown { market: Address::ZERO });
    setup.assert_custody(&[of(trader), vault_of(1), settlement_of(1)]);
}
