//! The clearing house on the embedded chain.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions, missing_docs)]

use alloy_primitives::{Address, Bytes, B256, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_interfaces::account::{of, system, LP_CLAIMS, LP_PENDING, SETTLEMENT, VAULT};
use equipoise_interfaces::{
    AddressHasNoCode, AddressIsZero, AlreadyWired, CallerNotAllowed, CallerNotOwner, CashDeposited, CashMoved,
    ClearingAccountReserved, ClearingAmountIsZero, ClearingAmountTooLarge, ClearingInsufficientCash,
    ClearingLockUnderflow, ClearingTokenTransferFailed, ClearingTransferredAmountDiffers, IClearing, NotWired, IERC20,
};
use equipoise_tests::{Failure, Stablecoin, TestMarket, TestToken, World, TOKEN};

struct Setup {
    world: World,
    clearing: Address,
    market: Address,
    vault: Address,
}

fn unwired(token: impl Fn(&mut World) -> Address) -> Setup {
    let mut world = World::new();
    let token = token(&mut world);
    let owner = world.owner;
    let clearing = world.deploy_program("clearing", (owner, token).abi_encode()).unwrap();
    let market = world.deploy("TestMarket", Vec::new());
    // Stands in for the vault program, too: all it must do is make calls.
    let vault = world.deploy("TestMarket", Vec::new());
    Setup { world, clearing, market, vault }
}

fn setup_with(token: impl Fn(&mut World) -> Address) -> Setup {
    let mut setup = unwired(token);
    let (owner, market, vault) = (setup.world.owner, setup.market, setup.vault);
    setup.world.send(owner, setup.clearing, &IClearing::wireCall { market, vault }).unwrap();
    setup
}

fn setup() -> Setup {
    setup_with(|world| world.token)
}

fn signed(amount: i128) -> I256 {
    I256::try_from(amount).unwrap()
}

impl Setup {
    /// A trader with cash in the ledger and as much in his wallet.
    fn trader(&mut self, name: &str, atoms: u128) -> Address {
        let trader = self.world.account_with(name, 2 * atoms);
        self.world.approve(trader, self.clearing);
        self.send(trader, &IClearing::depositCall { amountAtoms: U256::from(atoms) }).unwrap();
        trader
    }

    /// Gives the vault cash the way it gets it.
    fn fund_vault(&mut self, atoms: u128) {
        let lp = self.world.account_with("an LP", atoms);
        self.world.approve(lp, self.clearing);
        let amount = U256::from(atoms);
        self.by_vault(&IClearing::takeLpDepositCall { from: lp, amountAtoms: amount }).unwrap();
        self.by_vault(&IClearing::settleLpEpochCall {
            acceptedAtoms: amount,
            refusedAtoms: U256::ZERO,
            redeemedAtoms: U256::ZERO,
        })
        .unwrap();
    }

    fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Result<equipoise_chain::Receipt, Failure> {
        self.world.send(from, self.clearing, call)
    }

    fn by_market<C: SolCall>(&mut self, call: &C) -> Result<equipoise_chain::Receipt, Failure> {
        self.world.relay(self.market, self.clearing, call)
    }

    fn by_vault<C: SolCall>(&mut self, call: &C) -> Result<equipoise_chain::Receipt, Failure> {
        self.world.relay(self.vault, self.clearing, call)
    }

    fn trade(&mut self, trader: Address, cost: i128, lock: i128) -> Result<I256, Failure> {
        let call =
            IClearing::recordTradeCall { account: of(trader), costAtoms: signed(cost), lockChangeAtoms: signed(lock) };
        let receipt = self.by_market(&call)?;
        Ok(IClearing::recordTradeCall::abi_decode_returns(&receipt.output).unwrap())
    }

    fn settle(&mut self, trader: Address, payoff: i128, released: u128) -> Result<(), Failure> {
        let call = IClearing::settleAccountCall {
            account: of(trader),
            payoffAtoms: signed(payoff),
            lockReleasedAtoms: U256::from(released),
        };
        self.by_market(&call).map(|_| ())
    }

    fn cash(&mut self, account: B256) -> (i128, u128) {
        let cash = self.world.read(self.clearing, &IClearing::cashOfCall { account });
        (cash.cashAtoms.try_into().unwrap(), cash.lockedAtoms.try_into().unwrap())
    }

    /// Tokens held plus the settlement account's debt must be the sum of all positive cash.
    fn assert_custody(&mut self, traders: &[Address]) {
        let mut cash = 0;
        let accounts = (0..4).map(system).chain(traders.iter().map(|trader| of(*trader)));
        for account in accounts.collect::<Vec<_>>() {
            let held = self.cash(account).0;
            assert!(held >= 0 || account == SETTLEMENT, "{account} owes {held}");
            cash += held;
        }
        assert_eq!(u128::try_from(cash).unwrap(), self.world.tokens(self.clearing));
    }
}

#[test]
fn deposits_and_withdrawals_move_tokens_and_cash() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100 * TOKEN);
    assert_eq!(setup.cash(of(trader)), (100_000_000, 0));
    assert_eq!(setup.world.tokens(setup.clearing), 100 * TOKEN);
    setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(30 * TOKEN) }).unwrap();
    assert_eq!(setup.cash(of(trader)), (70_000_000, 0));
    assert_eq!(setup.world.tokens(trader), 130 * TOKEN);
    setup.assert_custody(&[trader]);
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
    assert!(setup.trade(trader, i128::MIN, 0).is_err());
    assert!(setup.trade(trader, 0, i128::MIN).is_err());
    assert_eq!(setup.cash(of(trader)), (5, 0));
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
fn nothing_moves_before_wiring() {
    let mut setup = unwired(|world| world.token);
    let trader = setup.world.account_with("trader", 10);
    setup.world.approve(trader, setup.clearing);
    let amount = U256::from(1);
    let refused = setup.send(trader, &IClearing::depositCall { amountAtoms: amount });
    refused.unwrap_err().expect(&NotWired {});
    let refused = setup.send(trader, &IClearing::withdrawCall { amountAtoms: amount });
    refused.unwrap_err().expect(&NotWired {});
    setup.trade(trader, 0, 0).unwrap_err().expect(&NotWired {});
    let take = IClearing::takeLpDepositCall { from: trader, amountAtoms: amount };
    setup.by_vault(&take).unwrap_err().expect(&NotWired {});
}

#[test]
fn owner_wires_once_and_to_contracts_only() {
    let mut setup = unwired(|world| world.token);
    let (owner, market, vault) = (setup.world.owner, setup.market, setup.vault);
    let stranger = setup.world.account("stranger");
    let refused = setup.send(stranger, &IClearing::wireCall { market, vault });
    refused.unwrap_err().expect(&CallerNotOwner { caller: stranger, owner });
    let refused = setup.send(owner, &IClearing::wireCall { market: stranger, vault });
    refused.unwrap_err().expect(&AddressHasNoCode { account: stranger });
    let refused = setup.send(owner, &IClearing::wireCall { market, vault: Address::ZERO });
    refused.unwrap_err().expect(&AddressIsZero {});
    setup.send(owner, &IClearing::wireCall { market, vault }).unwrap();
    let again = setup.send(owner, &IClearing::wireCall { market: vault, vault: market });
    again.unwrap_err().expect(&AlreadyWired {});
    assert_eq!(setup.world.read(setup.clearing, &IClearing::marketCall {}), market);
    assert_eq!(setup.world.read(setup.clearing, &IClearing::vaultCall {}), vault);
    assert_eq!(setup.world.read(setup.clearing, &IClearing::ownerCall {}), owner);
    assert_eq!(setup.world.read(setup.clearing, &IClearing::tokenCall {}), setup.world.token);
    assert_eq!(setup.world.read(setup.clearing, &IClearing::tokenDecimalsCall {}), 6);
}

#[test]
fn constructor_runs_once() {
    let mut setup = setup();
    let stranger = setup.world.account("stranger");
    let data = [vec![0x55, 0x85, 0x25, 0x8d], (stranger, setup.world.token).abi_encode()].concat();
    let receipt = setup.world.submit(stranger, setup.clearing, data);
    Failure(receipt.output).expect(&AlreadyWired {});
}

#[test]
fn strangers_move_nobodys_cash() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    let stranger = setup.world.account("stranger");
    let (account, one) = (of(trader), U256::from(1));
    let (market, vault) = (setup.market, setup.vault);
    let of_market = CallerNotAllowed { caller: stranger, allowed: market };
    let of_vault = CallerNotAllowed { caller: stranger, allowed: vault };
    let trade = IClearing::recordTradeCall { account, costAtoms: I256::ONE, lockChangeAtoms: I256::ZERO };
    setup.send(stranger, &trade).unwrap_err().expect(&of_market);
    let settle = IClearing::settleVaultCall { payoffAtoms: I256::ONE };
    setup.send(stranger, &settle).unwrap_err().expect(&of_market);
    let settle = IClearing::settleAccountCall { account, payoffAtoms: I256::ONE, lockReleasedAtoms: U256::ZERO };
    setup.send(stranger, &settle).unwrap_err().expect(&of_market);
    let take = IClearing::takeLpDepositCall { from: trader, amountAtoms: one };
    setup.send(stranger, &take).unwrap_err().expect(&of_vault);
    let settle = IClearing::settleLpEpochCall { acceptedAtoms: one, refusedAtoms: one, redeemedAtoms: one };
    setup.send(stranger, &settle).unwrap_err().expect(&of_vault);
    let pay = IClearing::payLpClaimCall { to: stranger, amountAtoms: one };
    setup.send(stranger, &pay).unwrap_err().expect(&of_vault);
    // Nor do the programs have each other's powers.
    let refused = setup.by_vault(&trade).unwrap_err();
    refused.expect(&CallerNotAllowed { caller: vault, allowed: market });
    let refused = setup.by_market(&pay).unwrap_err();
    refused.expect(&CallerNotAllowed { caller: market, allowed: vault });
}

#[test]
fn trades_move_cash_between_trader_and_vault() {
    let mut setup = setup();
    setup.fund_vault(1_000);
    let trader = setup.trader("trader", 100);
    assert_eq!(setup.trade(trader, 60, 0).unwrap(), signed(1_060));
    assert_eq!(setup.cash(of(trader)), (40, 0));
    assert_eq!(setup.trade(trader, -25, 65).unwrap(), signed(1_035));
    assert_eq!(setup.cash(of(trader)), (65, 65));
    let refused = setup.trade(trader, 1, 0).unwrap_err();
    refused.expect(&ClearingInsufficientCash {
        account: of(trader),
        cashAtoms: signed(65),
        requiredAtoms: U256::from(66),
    });
    setup.assert_custody(&[trader]);
}

#[test]
fn premium_received_counts_toward_the_lock() {
    let mut setup = setup();
    setup.fund_vault(1_000);
    let trader = setup.trader("trader", 100);
    setup.trade(trader, -20, 121).unwrap_err().expect(&ClearingInsufficientCash {
        account: of(trader),
        cashAtoms: signed(120),
        requiredAtoms: U256::from(121),
    });
    setup.trade(trader, -20, 120).unwrap();
    assert_eq!(setup.cash(of(trader)), (120, 120));
}

#[test]
fn vault_pays_no_premium_that_it_does_not_have() {
    let mut setup = setup();
    setup.fund_vault(10);
    let trader = setup.trader("trader", 100);
    setup.trade(trader, -11, 0).unwrap_err().expect(&ClearingInsufficientCash {
        account: VAULT,
        cashAtoms: signed(10),
        requiredAtoms: U256::from(11),
    });
    setup.trade(trader, -10, 0).unwrap();
    assert_eq!(setup.cash(VAULT), (0, 0));
}

#[test]
fn locked_cash_cannot_be_withdrawn() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    setup.trade(trader, 0, 70).unwrap();
    let refused = setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(31) });
    refused.unwrap_err().expect(&ClearingInsufficientCash {
        account: of(trader),
        cashAtoms: signed(100),
        requiredAtoms: U256::from(101),
    });
    setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(30) }).unwrap();
    setup.trade(trader, 0, -71).unwrap_err().expect(&ClearingLockUnderflow {
        account: of(trader),
        lockedAtoms: U256::from(70),
        releasedAtoms: U256::from(71),
    });
}

#[test]
fn market_cannot_touch_the_ledgers_own_accounts() {
    let mut setup = setup();
    setup.fund_vault(10);
    for account in (0..4).map(system) {
        let refused =
            setup.by_market(&IClearing::recordTradeCall { account, costAtoms: I256::ONE, lockChangeAtoms: I256::ZERO });
        refused.unwrap_err().expect(&ClearingAccountReserved { account });
        let refused = setup.by_market(&IClearing::settleAccountCall {
            account,
            payoffAtoms: I256::ONE,
            lockReleasedAtoms: U256::ZERO,
        });
        refused.unwrap_err().expect(&ClearingAccountReserved { account });
    }
}

#[test]
fn settled_board_pays_winners_out_of_losers_in_any_order() {
    // The vault wins 30, one trader wins 20, another loses 50 of a lock of 80.
    for loser_first in [true, false] {
        let mut setup = setup();
        setup.fund_vault(1_000);
        let winner = setup.trader("winner", 100);
        let loser = setup.trader("loser", 100);
        setup.trade(loser, 0, 80).unwrap();
        let vault = IClearing::settleVaultCall { payoffAtoms: signed(30) };
        let receipt = setup.by_market(&vault).unwrap();
        let moved = IClearing::settleVaultCall::abi_decode_returns(&receipt.output).unwrap();
        assert_eq!(moved, signed(30));
        assert_eq!(setup.cash(SETTLEMENT), (-30, 0));
        if loser_first {
            setup.settle(loser, -50, 80).unwrap();
            setup.settle(winner, 20, 0).unwrap();
        } else {
            setup.settle(winner, 20, 0).unwrap();
            setup.assert_custody(&[winner, loser]);
            setup.settle(loser, -50, 80).unwrap();
        }
        assert_eq!(setup.cash(SETTLEMENT), (0, 0));
        assert_eq!(setup.cash(of(winner)), (120, 0));
        assert_eq!(setup.cash(of(loser)), (50, 0));
        assert_eq!(setup.cash(VAULT), (1_030, 0));
        setup.assert_custody(&[winner, loser]);
    }
}

#[test]
fn vault_pays_a_debt_as_far_as_its_cash_goes() {
    let mut setup = setup();
    setup.fund_vault(40);
    let call = IClearing::settleVaultCall { payoffAtoms: signed(-100) };
    let receipt = setup.by_market(&call).unwrap();
    let moved = IClearing::settleVaultCall::abi_decode_returns(&receipt.output).unwrap();
    assert_eq!(moved, signed(-40));
    assert_eq!(setup.cash(VAULT), (0, 0));
    assert_eq!(setup.cash(SETTLEMENT), (40, 0));
    let receipt = setup.by_market(&call).unwrap();
    let moved = IClearing::settleVaultCall::abi_decode_returns(&receipt.output).unwrap();
    assert_eq!(moved, I256::ZERO);
    setup.assert_custody(&[]);
}

#[test]
fn loser_pays_what_his_lock_covers_and_not_more() {
    let mut setup = setup();
    setup.fund_vault(10);
    let loser = setup.trader("loser", 100);
    setup.trade(loser, 0, 100).unwrap();
    // Two boards: 60 of the lock belong to the other.
    let refused = setup.settle(loser, -41, 40).unwrap_err();
    refused.expect(&ClearingInsufficientCash {
        account: of(loser),
        cashAtoms: signed(100),
        requiredAtoms: U256::from(101),
    });
    setup.settle(loser, -40, 40).unwrap();
    assert_eq!(setup.cash(of(loser)), (60, 60));
    setup.settle(loser, 0, 61).unwrap_err().expect(&ClearingLockUnderflow {
        account: of(loser),
        lockedAtoms: U256::from(60),
        releasedAtoms: U256::from(61),
    });
    let huge =
        IClearing::settleAccountCall { account: of(loser), payoffAtoms: I256::ZERO, lockReleasedAtoms: U256::MAX };
    let refused = setup.by_market(&huge).unwrap_err();
    refused.expect(&ClearingAmountTooLarge { amountAtoms: U256::MAX });
}

#[test]
fn lp_cash_goes_through_its_own_accounts() {
    let mut setup = setup();
    let lp = setup.world.account_with("an LP", 1_000);
    setup.world.approve(lp, setup.clearing);
    let take = IClearing::takeLpDepositCall { from: lp, amountAtoms: U256::from(1_000) };
    setup.by_vault(&take).unwrap();
    assert_eq!(setup.cash(LP_PENDING), (1_000, 0));
    let settle = IClearing::settleLpEpochCall {
        acceptedAtoms: U256::from(700),
        refusedAtoms: U256::from(300),
        redeemedAtoms: U256::from(50),
    };
    let receipt = setup.by_vault(&settle).unwrap();
    assert_eq!(World::events::<CashMoved>(&receipt).len(), 3);
    assert_eq!(setup.cash(LP_PENDING), (0, 0));
    assert_eq!(setup.cash(VAULT), (650, 0));
    assert_eq!(setup.cash(LP_CLAIMS), (350, 0));
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
fn donations_change_no_account() {
    let mut setup = setup();
    setup.fund_vault(100);
    let donor = setup.world.account_with("donor", 1_000);
    let (to, token) = (setup.clearing, setup.world.token);
    let gift = Stablecoin::transferCall { to, value: U256::from(1_000) };
    setup.world.send(donor, token, &gift).unwrap();
    assert_eq!(setup.world.read(to, &IClearing::vaultCashCall {}), signed(100));
    let trader = setup.trader("trader", 5);
    assert_eq!(setup.cash(of(trader)), (5, 0));
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
    assert_eq!(setup.cash(of(owner)), (60, 0));
    assert_eq!(setup.world.tokens(owner), 40);

    // The signature is used up and so is the allowance.
    let again = setup.send(owner, &call).unwrap_err();
    assert!(again.decode::<Stablecoin::ERC20InsufficientAllowance>().is_some());

    // A signature that somebody else has used before does not stop the deposit.
    setup.world.approve(owner, spender);
    let call = IClearing::depositWithPermitCall { amountAtoms: U256::from(40), ..call };
    setup.send(owner, &call).unwrap();
    assert_eq!(setup.cash(of(owner)), (100, 0));
}

/// A clearing house of a token that misbehaves.
fn odd() -> (Setup, Address) {
    let mut setup = setup_with(|world| world.deploy("TestToken", Vec::new()));
    let token = setup.world.read(setup.clearing, &IClearing::tokenCall {});
    let trader = setup.world.account("trader");
    setup.odd_mint(token, trader, 1_000);
    (setup, token)
}

impl Setup {
    fn odd_mint(&mut self, token: Address, to: Address, value: u64) {
        let owner = self.world.owner;
        let mint = TestToken::mintCall { to, value: U256::from(value) };
        self.world.send(owner, token, &mint).unwrap();
    }

    fn tell<C: SolCall>(&mut self, token: Address, call: &C) {
        let owner = self.world.owner;
        self.world.send(owner, token, call).unwrap();
    }
}

#[test]
fn token_that_answers_nothing_is_served() {
    let (mut setup, token) = odd();
    setup.tell(token, &TestToken::setAnswerCall { answer: 2 });
    let trader = setup.world.account("trader");
    setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(100) }).unwrap();
    setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(100) }).unwrap();
    assert_eq!(setup.cash(of(trader)), (0, 0));
}

#[test]
fn token_that_answers_anything_but_true_is_refused() {
    for answer in [1, 3] {
        let (mut setup, token) = odd();
        let trader = setup.world.account("trader");
        setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(100) }).unwrap();
        setup.tell(token, &TestToken::setAnswerCall { answer });
        let amount = U256::from(50);
        let refused = setup.send(trader, &IClearing::depositCall { amountAtoms: amount });
        refused.unwrap_err().expect(&ClearingTokenTransferFailed {
            token,
            from: trader,
            to: setup.clearing,
            amountAtoms: amount,
        });
        let refused = setup.send(trader, &IClearing::withdrawCall { amountAtoms: amount });
        refused.unwrap_err().expect(&ClearingTokenTransferFailed {
            token,
            from: setup.clearing,
            to: trader,
            amountAtoms: amount,
        });
        assert_eq!(setup.cash(of(trader)), (100, 0));
    }
}

#[test]
fn token_that_takes_a_fee_is_refused() {
    let (mut setup, token) = odd();
    let trader = setup.world.account("trader");
    setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(400) }).unwrap();
    let fee = TestToken::setFeesCall { feeBps: U256::from(100), surchargeBps: U256::ZERO };
    setup.tell(token, &fee);
    let refused = setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(200) });
    refused.unwrap_err().expect(&ClearingTransferredAmountDiffers {
        expectedAtoms: U256::from(200),
        balanceBeforeAtoms: U256::from(400),
        balanceAfterAtoms: U256::from(598),
    });
    let surcharge = TestToken::setFeesCall { feeBps: U256::ZERO, surchargeBps: U256::from(100) };
    setup.tell(token, &surcharge);
    let refused = setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(200) });
    refused.unwrap_err().expect(&ClearingTransferredAmountDiffers {
        expectedAtoms: U256::from(200),
        balanceBeforeAtoms: U256::from(400),
        balanceAfterAtoms: U256::from(198),
    });
    assert_eq!(setup.cash(of(trader)), (400, 0));
}

#[test]
fn token_that_calls_back_finds_every_door_closed() {
    let (mut setup, token) = odd();
    let trader = setup.world.account("trader");
    setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(400) }).unwrap();
    let doors: [Vec<u8>; 4] = [
        IClearing::depositCall { amountAtoms: U256::from(1) }.abi_encode(),
        IClearing::withdrawCall { amountAtoms: U256::from(1) }.abi_encode(),
        IClearing::cashOfCall { account: of(trader) }.abi_encode(),
        IClearing::vaultCashCall {}.abi_encode(),
    ];
    for data in doors {
        let call = TestToken::setCallCall { target: setup.clearing, data: Bytes::from(data) };
        setup.tell(token, &call);
        setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(10) }).unwrap();
        assert!(!setup.world.read(token, &TestToken::isCallDoneCall {}));
        setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(10) }).unwrap();
        assert!(!setup.world.read(token, &TestToken::isCallDoneCall {}));
    }
    assert_eq!(setup.cash(of(trader)), (400, 0));
}

#[test]
fn token_that_gives_extra_in_the_middle_is_refused() {
    let (mut setup, token) = odd();
    let trader = setup.world.account("trader");
    let mint = TestToken::mintCall { to: setup.clearing, value: U256::from(7) };
    let call = TestToken::setCallCall { target: token, data: Bytes::from(mint.abi_encode()) };
    setup.tell(token, &call);
    let refused = setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(10) });
    refused.unwrap_err().expect(&ClearingTransferredAmountDiffers {
        expectedAtoms: U256::from(10),
        balanceBeforeAtoms: U256::ZERO,
        balanceAfterAtoms: U256::from(17),
    });
}

#[test]
fn blocked_wallet_stops_nobody_else() {
    let (mut setup, token) = odd();
    let (blocked, other) = (setup.world.account("trader"), setup.world.account("other"));
    setup.odd_mint(token, other, 1_000);
    for trader in [blocked, other] {
        setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(400) }).unwrap();
    }
    setup.tell(token, &TestToken::setBlockedCall { owner: blocked, blocked: true });
    let all = IClearing::withdrawCall { amountAtoms: U256::from(400) };
    let refused = setup.send(blocked, &all).unwrap_err();
    refused.expect(&TestToken::Blocked { owner: blocked });
    setup.send(other, &all).unwrap();
    setup.tell(token, &TestToken::setBlockedCall { owner: blocked, blocked: false });
    setup.send(blocked, &all).unwrap();
}

#[test]
fn token_with_too_many_decimals_is_refused() {
    let mut world = World::new();
    let token = world.deploy("TestToken", Vec::new());
    let owner = world.owner;
    let accepted = world.deploy_program("clearing", (owner, token).abi_encode());
    assert!(accepted.is_ok());
    world.send(owner, token, &TestToken::setDecimalsCall { decimals: 19 }).unwrap();
    assert!(world.deploy_program("clearing", (owner, token).abi_encode()).is_err());
    let nobody = world.account("nobody");
    assert!(world.deploy_program("clearing", (owner, nobody).abi_encode()).is_err());
    assert!(world.deploy_program("clearing", (Address::ZERO, token).abi_encode()).is_err());
}

#[test]
fn ether_is_refused() {
    let mut setup = setup();
    let trader = setup.trader("trader", 5);
    let request = alloy_rpc_types_eth::TransactionRequest {
        from: Some(trader),
        to: Some(setup.clearing.into()),
        value: Some(U256::from(1)),
        input: Bytes::from(IClearing::withdrawCall { amountAtoms: U256::from(1) }.abi_encode()).into(),
        ..Default::default()
    };
    let receipt = setup.world.chain.send(request).unwrap();
    assert!(!receipt.status);
}

#[test]
fn gas_of_each_call() {
    let mut setup = setup();
    setup.fund_vault(1_000 * TOKEN);
    let trader = setup.trader("trader", 100 * TOKEN);
    setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(TOKEN) }).unwrap();
    setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(TOKEN) }).unwrap();
    let mut relayed = Vec::new();
    for (name, call) in [("recordTrade, first", (7, 9)), ("recordTrade, again", (7, 9))] {
        let receipt = setup
            .by_market(&IClearing::recordTradeCall {
                account: of(trader),
                costAtoms: signed(call.0),
                lockChangeAtoms: signed(call.1),
            })
            .unwrap();
        relayed.push((name, receipt.gas_used));
    }
    for (name, gas) in setup.world.gas.iter().map(|(name, gas)| (*name, *gas)).chain(relayed) {
        println!("{name}: {gas}");
    }
    let _ = (IERC20::decimalsCall {}, TestMarket::lpFlowAtomsCall {});
    let deposit = setup.world.gas[IClearing::depositCall::SIGNATURE];
    assert!(deposit < 120_000, "{deposit}");
}
