//! The vault program on the embedded chain, with the real clearing house and a stand-in for the market.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions, missing_docs)]

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_interfaces::account::{of, LP_CLAIMS, LP_PENDING, VAULT};
use equipoise_interfaces::{
    AlreadyWired, ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidReceiver, EpochProcessed,
    IClearing, IVault, Margin, Report, Transfer, VaultEpochNotClosed, VaultInsolvent, VaultNothingToClaim,
    VaultNothingToProcess, VaultRequestPending, VaultRequestTooSmall, VaultSettlementPending,
};
use equipoise_tests::{Failure, Stablecoin, TestMarket, TestToken, World, TOKEN};

const HOUR: u64 = 3_600;
/// Shares that a token buys in an empty vault.
const SHARE: u128 = 1_000_000_000_000;

struct Setup {
    world: World,
    token: Address,
    clearing: Address,
    market: Address,
    vault: Address,
}

fn setup_with(token: impl Fn(&mut World) -> Address) -> Setup {
    let mut world = World::new();
    let token = token(&mut world);
    let owner = world.owner;
    let clearing = world.deploy_clearing(token);
    let market = world.deploy("TestMarket", Vec::new());
    let arguments = (clearing, market, U256::from(HOUR)).abi_encode();
    let vault = world.deploy_program("vault", arguments).unwrap();
    world.wire_clearing(clearing, market, vault);
    world.send(owner, market, &TestMarket::followCall { clearing }).unwrap();
    Setup { world, token, clearing, market, vault }
}

fn setup() -> Setup {
    setup_with(|world| world.token)
}

fn signed(amount: i128) -> I256 {
    I256::try_from(amount).unwrap()
}

fn narrow(amount: U256) -> u128 {
    amount.try_into().unwrap()
}

impl Setup {
    fn lp(&mut self, name: &str, atoms: u128) -> Address {
        let lp = self.world.account_with(name, atoms);
        self.world.approve(lp, self.clearing);
        lp
    }

    fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Result<C::Return, Failure> {
        let receipt = self.world.send(from, self.vault, call)?;
        Ok(C::abi_decode_returns_validate(&receipt.output).unwrap())
    }

    fn request_deposit(&mut self, lp: Address, atoms: u128) -> Result<u64, Failure> {
        self.send(lp, &IVault::requestDepositCall { assetsAtoms: U256::from(atoms) })
    }

    fn request_redeem(&mut self, lp: Address, shares: u128) -> Result<u64, Failure> {
        self.send(lp, &IVault::requestRedeemCall { shares: U256::from(shares) })
    }

    /// Goes past the cut of every epoch with requests, with a fresh price.
    fn pass_cut(&mut self) {
        let open = self.world.read(self.vault, &IVault::openEpochCall {});
        self.world.go_to(open.cutAt);
        self.observe(false);
    }

    fn observe(&mut self, is_settlement_pending: bool) {
        let (owner, market) = (self.world.owner, self.market);
        let call = TestMarket::observeCall {
            priceAt: self.world.chain.timestamp(),
            isSettlementPending: is_settlement_pending,
        };
        self.world.send(owner, market, &call).unwrap();
    }

    fn mark(&mut self, mark: i128, uncertainty: u128, redeemable: u128) {
        let (owner, market) = (self.world.owner, self.market);
        let call = TestMarket::markCall {
            markAtoms: signed(mark),
            uncertaintyAtoms: U256::from(uncertainty),
            redeemableAtoms: U256::from(redeemable),
        };
        self.world.send(owner, market, &call).unwrap();
    }

    fn process(&mut self) -> Result<EpochProcessed, Failure> {
        let keeper = self.world.account("keeper");
        let receipt = self.world.send(keeper, self.vault, &IVault::processEpochCall {})?;
        Ok(World::events::<EpochProcessed>(&receipt).remove(0))
    }

    fn claim_deposit(&mut self, lp: Address) -> (u128, u128) {
        let keeper = self.world.account("keeper");
        let claimed = self.send(keeper, &IVault::claimDepositCall { owner: lp }).unwrap();
        (narrow(claimed.shares), narrow(claimed.assetsReturnedAtoms))
    }

    fn claim_redeem(&mut self, lp: Address) -> (u128, u128) {
        let keeper = self.world.account("keeper");
        let claimed = self.send(keeper, &IVault::claimRedeemCall { owner: lp }).unwrap();
        (narrow(claimed.assetsAtoms), narrow(claimed.sharesReturned))
    }

    /// An LP who is in.
    fn member(&mut self, name: &str, atoms: u128) -> Address {
        let lp = self.lp(name, atoms);
        self.request_deposit(lp, atoms).unwrap();
        self.pass_cut();
        self.process().unwrap();
        self.claim_deposit(lp);
        lp
    }

    fn shares(&mut self, owner: Address) -> u128 {
        narrow(self.world.read(self.vault, &IVault::balanceOfCall { owner }))
    }

    fn supply(&mut self) -> u128 {
        narrow(self.world.read(self.vault, &IVault::totalSupplyCall {}))
    }

    fn cash(&mut self, account: B256) -> i128 {
        let cash = self.world.read(self.clearing, &IClearing::cashOfCall { account });
        cash.cashAtoms.try_into().unwrap()
    }

    /// Has a trader win from the vault, or lose to it.
    fn trade(&mut self, trader: Address, cost: i128) {
        let margin = Margin { valueX64: 0, markX64: 0, maintenanceX64: [0; 32], initialX64: [0; 32] };
        let report = Report { holds: 1, isReducing: false, margin };
        let call = IClearing::recordTradeCall { account: of(trader), caller: trader, costAtoms: signed(cost), report };
        self.world.relay(self.market, self.clearing, &call).unwrap();
    }

    fn trader(&mut self, name: &str, atoms: u128) -> Address {
        let trader = self.lp(name, atoms);
        let deposit = IClearing::depositCall { amountAtoms: U256::from(atoms) };
        self.world.send(trader, self.clearing, &deposit).unwrap();
        trader
    }
}

#[test]
fn deposit_becomes_shares_after_its_cut() {
    let mut setup = setup();
    let lp = setup.lp("an LP", 100 * TOKEN);
    let open = setup.world.read(setup.vault, &IVault::openEpochCall {});
    let now = setup.world.chain.timestamp();
    assert!(open.cutAt > now + HOUR && open.cutAt <= now + 2 * HOUR);
    assert_eq!(open.cutAt, open.epoch * HOUR);
    assert_eq!(setup.request_deposit(lp, 100 * TOKEN).unwrap(), open.epoch);
    assert_eq!(setup.cash(LP_PENDING), 100_000_000);
    assert_eq!(setup.cash(VAULT), 0);
    let pending = setup.world.read(setup.vault, &IVault::depositRequestCall { owner: lp });
    assert_eq!((pending.epoch, pending.assetsAtoms), (open.epoch, U256::from(100 * TOKEN)));
    let next = setup.world.read(setup.vault, &IVault::nextEpochCall {});
    assert_eq!((next.epoch, next.cutAt), (open.epoch, open.cutAt));

    setup.pass_cut();
    let told = setup.process().unwrap();
    assert_eq!(told.epoch, open.epoch);
    assert_eq!(told.navAtoms, I256::ZERO);
    assert_eq!(told.acceptedAtoms, U256::from(100 * TOKEN));
    assert_eq!(told.sharesMinted, U256::from(100 * SHARE));
    assert_eq!(told.totalSupply, U256::from(100 * SHARE));
    assert_eq!(setup.cash(LP_PENDING), 0);
    assert_eq!(setup.cash(VAULT), 100_000_000);
    assert_eq!(setup.world.read(setup.market, &TestMarket::lpFlowAtomsCall {}), signed(100_000_000));

    assert_eq!(setup.claim_deposit(lp), (100 * SHARE, 0));
    assert_eq!(setup.shares(lp), 100 * SHARE);
    let vault = setup.vault;
    assert_eq!(setup.shares(vault), 0);
    let refused = setup.send(lp, &IVault::claimDepositCall { owner: lp }).unwrap_err();
    refused.expect(&VaultNothingToClaim { owner: lp });
}

#[test]
fn redemption_pays_the_wallet() {
    let mut setup = setup();
    let lp = setup.member("an LP", 100 * TOKEN);
    let epoch = setup.request_redeem(lp, 40 * SHARE).unwrap();
    let vault = setup.vault;
    assert_eq!((setup.shares(lp), setup.shares(vault)), (60 * SHARE, 40 * SHARE));
    assert_eq!(setup.supply(), 100 * SHARE);
    let pending = setup.world.read(vault, &IVault::redeemRequestCall { owner: lp });
    assert_eq!((pending.epoch, pending.shares), (epoch, U256::from(40 * SHARE)));
    setup.pass_cut();
    let told = setup.process().unwrap();
    assert_eq!(told.paidAtoms, U256::from(40 * TOKEN));
    assert_eq!(setup.supply(), 60 * SHARE);
    assert_eq!(setup.cash(LP_CLAIMS), 40_000_000);
    assert_eq!(setup.claim_redeem(lp), (40 * TOKEN, 0));
    assert_eq!(setup.world.tokens(lp), 40 * TOKEN);
    assert_eq!(setup.cash(LP_CLAIMS), 0);
    assert_eq!(setup.world.read(setup.market, &TestMarket::lpFlowAtomsCall {}), signed(60_000_000));
}

#[test]
fn profit_and_loss_are_the_shares() {
    let mut setup = setup();
    let early = setup.member("early", 100 * TOKEN);
    let trader = setup.trader("trader", 50 * TOKEN);
    setup.trade(trader, 20_000_000);
    let late = setup.member("late", 120 * TOKEN);
    let (of_early, of_late) = (setup.shares(early), setup.shares(late));
    // The virtual shares have their part in the profit, a millionth of an atom for each of the vault's.
    assert!(of_late.abs_diff(of_early) < SHARE / TOKEN, "{of_late}");
    setup.trade(trader, -24_000_000);
    let shares = U256::from(of_early);
    let worth = setup.world.read(setup.vault, &IVault::convertToAssetsCall { shares });
    let worth = narrow(worth);
    assert!(worth <= 108 * TOKEN && worth > 108 * TOKEN - 10, "{worth}");
    let assets = setup.world.read(setup.vault, &IVault::totalAssetsCall {});
    assert_eq!(assets, U256::from(216 * TOKEN));
}

#[test]
fn deposits_pay_the_high_end_of_the_value_and_redemptions_get_the_low() {
    let mut setup = setup();
    let lp = setup.member("an LP", 100 * TOKEN);
    let other = setup.lp("other", 110 * TOKEN);
    setup.mark(0, 10 * TOKEN, u128::MAX);
    setup.request_deposit(other, 110 * TOKEN).unwrap();
    setup.request_redeem(lp, 50 * SHARE).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let (got, _) = setup.claim_deposit(other);
    assert!(got.abs_diff(100 * SHARE) < SHARE / TOKEN, "{got}");
    let (paid, returned) = setup.claim_redeem(lp);
    assert!((45 * TOKEN - 1..=45 * TOKEN).contains(&paid), "{paid}");
    assert_eq!(returned, 0);
}

/// Who deposits just before the skew reserve is released into the value must not take it from those who earned it.
#[test]
fn a_deposit_pays_for_the_skew_reserve_that_will_be_released() {
    let mut setup = setup();
    setup.member("an LP", 100 * TOKEN);
    let late = setup.lp("late", 220 * TOKEN);
    let (owner, market) = (setup.world.owner, setup.market);
    let reserve = TestMarket::reserveCall { reserveAtoms: U256::from(10 * TOKEN) };
    setup.world.send(owner, market, &reserve).unwrap();
    setup.request_deposit(late, 220 * TOKEN).unwrap();
    setup.pass_cut();
    let told = setup.process().unwrap();
    assert_eq!(told.reserveAtoms, U256::from(10 * TOKEN));
    let (shares, _) = setup.claim_deposit(late);
    assert!(shares.abs_diff(200 * SHARE) < SHARE / TOKEN, "{shares}");
    // The release brings him back to what he paid: 330 tokens for 300 shares.
    setup.world.send(owner, market, &TestMarket::reserveCall { reserveAtoms: U256::ZERO }).unwrap();
    setup.mark(i128::try_from(10 * TOKEN).unwrap(), 0, u128::MAX);
    setup.request_redeem(late, shares).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let (back, _) = setup.claim_redeem(late);
    assert!((220 * TOKEN - 2..=220 * TOKEN).contains(&back), "{back}");
}

#[test]
fn epoch_waits_for_its_cut_and_for_a_price_from_after_it() {
    let mut setup = setup();
    setup.process().unwrap_err().expect(&VaultNothingToProcess {});
    let lp = setup.lp("an LP", 10 * TOKEN);
    let epoch = setup.request_deposit(lp, 10 * TOKEN).unwrap();
    let cut_at = epoch * HOUR;
    setup.world.go_to(cut_at - 10);
    setup.observe(false);
    let early = setup.process().unwrap_err().decode::<VaultEpochNotClosed>().unwrap();
    assert_eq!((early.epoch, early.cutAt), (epoch, cut_at));
    let price_at = setup.world.chain.timestamp();
    assert!(price_at < cut_at);
    setup.world.go_to(cut_at + 50);
    let refused = setup.process().unwrap_err().decode::<VaultEpochNotClosed>().unwrap();
    assert!(refused.priceAt < cut_at);
    setup.observe(true);
    setup.process().unwrap_err().expect(&VaultSettlementPending {});
    setup.observe(false);
    assert_eq!(setup.process().unwrap().epoch, epoch);
    setup.process().unwrap_err().expect(&VaultNothingToProcess {});
}

#[test]
fn requests_add_up_within_an_epoch_and_wait_across() {
    let mut setup = setup();
    let lp = setup.lp("an LP", 100 * TOKEN);
    let epoch = setup.request_deposit(lp, 10 * TOKEN).unwrap();
    assert_eq!(setup.request_deposit(lp, 5 * TOKEN).unwrap(), epoch);
    let pending = setup.world.read(setup.vault, &IVault::depositRequestCall { owner: lp });
    assert_eq!(pending.assetsAtoms, U256::from(15 * TOKEN));
    setup.pass_cut();
    let refused = setup.request_deposit(lp, 10 * TOKEN).unwrap_err();
    refused.expect(&VaultRequestPending { owner: lp, epoch });
    let refused = setup.send(lp, &IVault::claimDepositCall { owner: lp }).unwrap_err();
    refused.expect(&VaultRequestPending { owner: lp, epoch });
    setup.process().unwrap();
    let refused = setup.request_deposit(lp, 10 * TOKEN).unwrap_err();
    refused.expect(&VaultRequestPending { owner: lp, epoch });
    assert_eq!(setup.claim_deposit(lp), (15 * SHARE, 0));
    assert!(setup.request_deposit(lp, 10 * TOKEN).unwrap() > epoch);
}

#[test]
fn epochs_are_priced_in_order_however_late() {
    let mut setup = setup();
    let mut lps = Vec::new();
    for number in 0..4 {
        let lp = setup.lp(&format!("LP {number}"), 10 * TOKEN);
        lps.push((setup.request_deposit(lp, 10 * TOKEN).unwrap(), lp));
        // Leaves epochs without requests in between.
        let now = setup.world.chain.timestamp();
        setup.world.go_to(now + (1 + number) * HOUR);
    }
    setup.pass_cut();
    setup.world.go_to(setup.world.chain.timestamp() + 400 * HOUR);
    setup.observe(false);
    for (epoch, _) in &lps {
        assert_eq!(setup.process().unwrap().epoch, *epoch);
    }
    setup.process().unwrap_err().expect(&VaultNothingToProcess {});
    for (_, lp) in lps.into_iter().rev() {
        assert_eq!(setup.claim_deposit(lp), (10 * SHARE, 0));
    }
}

#[test]
fn redemptions_are_filled_in_proportion_and_the_rest_comes_back() {
    let mut setup = setup();
    let first = setup.member("first", 300 * TOKEN);
    let second = setup.member("second", 100 * TOKEN);
    setup.mark(0, 0, 100 * TOKEN);
    setup.request_redeem(first, 300 * SHARE).unwrap();
    let all = setup.shares(second);
    setup.request_redeem(second, all).unwrap();
    setup.pass_cut();
    let told = setup.process().unwrap();
    assert_eq!(told.paidAtoms, U256::from(100 * TOKEN));
    let (paid, back) = setup.claim_redeem(second);
    assert!(paid.abs_diff(25 * TOKEN) <= 1, "{paid}");
    assert!(back.abs_diff(75 * SHARE) <= SHARE / TOKEN, "{back}");
    let (rest, _) = setup.claim_redeem(first);
    assert_eq!(paid + rest, 100 * TOKEN);
    assert_eq!(setup.cash(LP_CLAIMS), 0);
    let vault = setup.vault;
    assert_eq!(setup.shares(vault), 0);
    let held = setup.shares(first) + setup.shares(second);
    assert_eq!(held, setup.supply());
}

#[test]
fn insolvent_vault_refuses_deposits_and_keeps_no_claim_back() {
    let mut setup = setup();
    let lp = setup.member("an LP", 100 * TOKEN);
    let late = setup.lp("late", 70 * TOKEN);
    // Claims from before must survive.
    setup.request_redeem(lp, 10 * SHARE).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    setup.request_deposit(late, 70 * TOKEN).unwrap();
    setup.mark(-500_000_000, 0, 0);
    setup.pass_cut();
    let told = setup.process().unwrap();
    assert_eq!(told.refusedAtoms, U256::from(70 * TOKEN));
    assert_eq!((told.acceptedAtoms, told.sharesMinted), (U256::ZERO, U256::ZERO));
    assert_eq!(setup.claim_redeem(lp).0, 10 * TOKEN);
    // Redemptions are given back, and asked again when the vault has recovered.
    setup.request_redeem(lp, 90 * SHARE).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    assert_eq!(setup.claim_redeem(lp), (0, 90 * SHARE));
    assert_eq!(setup.claim_deposit(late), (0, 70 * TOKEN));
    assert_eq!(setup.world.tokens(late), 70 * TOKEN);
    let refused = setup.world.view(setup.vault, &IVault::convertToSharesCall { assetsAtoms: U256::from(1) });
    refused.unwrap_err().expect(&VaultInsolvent { navAtoms: signed(-410_000_000) });
    assert_eq!(setup.world.read(setup.vault, &IVault::totalAssetsCall {}), U256::ZERO);
    setup.mark(0, 0, u128::MAX);
    setup.request_redeem(lp, 90 * SHARE).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    assert_eq!(setup.claim_redeem(lp), (90 * TOKEN, 0));
}

#[test]
fn request_that_nobody_can_price_is_taken_back_after_a_week() {
    let mut setup = setup();
    let lp = setup.member("an LP", 100 * TOKEN);
    let other = setup.lp("other", 50 * TOKEN);
    let third = setup.lp("third", 20 * TOKEN);
    let epoch = setup.request_redeem(lp, 30 * SHARE).unwrap();
    setup.request_deposit(other, 50 * TOKEN).unwrap();
    setup.request_deposit(third, 20 * TOKEN).unwrap();
    setup.world.go_to(epoch * HOUR + 7 * 24 * HOUR - 10);
    let refused = setup.send(lp, &IVault::claimRedeemCall { owner: lp }).unwrap_err();
    refused.expect(&VaultRequestPending { owner: lp, epoch });
    setup.world.go_to(epoch * HOUR + 7 * 24 * HOUR);
    assert_eq!(setup.claim_redeem(lp), (0, 30 * SHARE));
    assert_eq!(setup.claim_deposit(other), (0, 50 * TOKEN));
    assert_eq!(setup.world.tokens(other), 50 * TOKEN);
    assert_eq!(setup.shares(lp), 100 * SHARE);
    // Who stays is priced as ever.
    setup.observe(false);
    let told = setup.process().unwrap();
    assert_eq!(told.acceptedAtoms, U256::from(20 * TOKEN));
    assert_eq!(told.sharesBurned, U256::ZERO);
    assert!(setup.claim_deposit(third).0 > 0);
    assert_eq!((setup.cash(LP_PENDING), setup.cash(LP_CLAIMS)), (0, 0));
}

#[test]
fn small_requests_are_refused() {
    let mut setup = setup();
    let lp = setup.member("an LP", 100 * TOKEN);
    let other = setup.lp("other", TOKEN);
    let refused = setup.request_deposit(other, TOKEN - 1).unwrap_err();
    let (amount, minimum) = (U256::from(TOKEN - 1), U256::from(TOKEN));
    refused.expect(&VaultRequestTooSmall { amount, minimum });
    let minimum = SHARE / 1_000;
    let refused = setup.request_redeem(lp, minimum - 1).unwrap_err();
    let (amount, minimum) = (U256::from(minimum - 1), U256::from(minimum));
    refused.expect(&VaultRequestTooSmall { amount, minimum });
    let refused = setup.request_redeem(lp, 101 * SHARE).unwrap_err();
    refused.expect(&ERC20InsufficientBalance {
        sender: lp,
        balance: U256::from(100 * SHARE),
        needed: U256::from(101 * SHARE),
    });
}

#[test]
fn first_depositor_cannot_rob_the_second() {
    let mut setup = setup();
    let attacker = setup.member("attacker", TOKEN);
    // The value of the attacker's shares rises by what he loses to the vault himself, and by a gift.
    let trader = setup.trader("attacker's other account", 10_000 * TOKEN);
    setup.trade(trader, 10_000_000_000);
    let donor = setup.lp("donor", 10_000 * TOKEN);
    let gift = Stablecoin::transferCall { to: setup.clearing, value: U256::from(10_000 * TOKEN) };
    setup.world.send(donor, setup.token, &gift).unwrap();
    let victim = setup.member("victim", 15_000 * TOKEN);
    let shares = setup.shares(attacker);
    setup.request_redeem(attacker, shares).unwrap();
    let shares = setup.shares(victim);
    setup.request_redeem(victim, shares).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let (taken, _) = setup.claim_redeem(attacker);
    let (kept, _) = setup.claim_redeem(victim);
    assert!(taken <= 10_001 * TOKEN, "{taken}");
    // A rounding of one share is worth a ten-millionth of a token here.
    assert!(kept + TOKEN / 10 >= 15_000 * TOKEN, "{kept}");
}

#[test]
fn gifts_change_no_price() {
    let mut setup = setup();
    let lp = setup.member("an LP", 100 * TOKEN);
    let before = setup.world.read(setup.vault, &IVault::totalAssetsCall {});
    let donor = setup.lp("donor", 1_000 * TOKEN);
    let gift = Stablecoin::transferCall { to: setup.clearing, value: U256::from(500 * TOKEN) };
    setup.world.send(donor, setup.token, &gift).unwrap();
    let gift = Stablecoin::transferCall { to: setup.vault, value: U256::from(500 * TOKEN) };
    setup.world.send(donor, setup.token, &gift).unwrap();
    assert_eq!(setup.world.read(setup.vault, &IVault::totalAssetsCall {}), before);
    // Shares cannot be given to the vault.
    let (to, value) = (setup.vault, U256::from(1));
    let refused = setup.send(lp, &IVault::transferCall { to, value }).unwrap_err();
    refused.expect(&ERC20InvalidReceiver { receiver: to });
}

#[test]
fn last_lp_leaves_and_the_vault_is_seeded_again() {
    let mut setup = setup();
    let lp = setup.member("an LP", 100 * TOKEN);
    let trader = setup.trader("trader", 50 * TOKEN);
    setup.trade(trader, 30_000_000);
    setup.request_redeem(lp, 100 * SHARE).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let (paid, _) = setup.claim_redeem(lp);
    assert!((130 * TOKEN - 1_000..=130 * TOKEN).contains(&paid), "{paid}");
    assert_eq!(setup.supply(), 0);
    let next = setup.member("next", 80 * TOKEN);
    let shares = setup.shares(next);
    setup.request_redeem(next, shares).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let (back, _) = setup.claim_redeem(next);
    assert!((80 * TOKEN - 2..=80 * TOKEN).contains(&back), "{back}");
}

#[test]
fn shares_are_an_ordinary_token() {
    let mut setup = setup();
    let lp = setup.member("an LP", 100 * TOKEN);
    let (vault, other, spender) = (setup.vault, setup.world.account("other"), setup.world.account("spender"));
    assert_eq!(setup.world.read(vault, &IVault::nameCall {}), "Equipoise LP");
    assert_eq!(setup.world.read(vault, &IVault::symbolCall {}), "EQLP");
    assert_eq!(setup.world.read(vault, &IVault::decimalsCall {}), 12);
    assert_eq!(setup.world.read(vault, &IVault::clearingCall {}), setup.clearing);
    assert_eq!(setup.world.read(vault, &IVault::marketCall {}), setup.market);

    let value = U256::from(10);
    let transfer = IVault::transferCall { to: other, value };
    let receipt = setup.world.send(lp, vault, &transfer).unwrap();
    let told = World::events::<Transfer>(&receipt).remove(0);
    assert_eq!((told.from, told.to, told.value), (lp, other, value));
    assert!(IVault::transferCall::abi_decode_returns(&receipt.output).unwrap());
    assert_eq!(setup.shares(other), 10);
    setup.send(lp, &IVault::transferCall { to: lp, value }).unwrap();
    assert_eq!(setup.shares(lp), 100 * SHARE - 10);

    let take = IVault::transferFromCall { from: lp, to: other, value };
    setup.send(spender, &take).unwrap_err().expect(&ERC20InsufficientAllowance {
        spender,
        allowance: U256::ZERO,
        needed: value,
    });
    setup.send(lp, &IVault::approveCall { spender, value: U256::from(15) }).unwrap();
    setup.send(spender, &take).unwrap();
    let allowance = IVault::allowanceCall { owner: lp, spender };
    assert_eq!(setup.world.read(vault, &allowance), U256::from(5));
    setup.send(lp, &IVault::approveCall { spender, value: U256::MAX }).unwrap();
    setup.send(spender, &take).unwrap();
    assert_eq!(setup.world.read(vault, &allowance), U256::MAX);
    let refused = setup.send(lp, &IVault::transferCall { to: Address::ZERO, value }).unwrap_err();
    refused.expect(&ERC20InvalidReceiver { receiver: Address::ZERO });
    let refused = setup.send(other, &IVault::transferCall { to: lp, value: U256::from(31) });
    refused.unwrap_err().expect(&ERC20InsufficientBalance {
        sender: other,
        balance: U256::from(30),
        needed: U256::from(31),
    });
}

#[test]
fn blocked_wallet_stops_nobody_elses_claim() {
    let mut setup = setup_with(|world| world.deploy("TestToken", Vec::new()));
    let (owner, token) = (setup.world.owner, setup.token);
    let mut lps = Vec::new();
    for name in ["blocked", "other"] {
        let lp = setup.world.account(name);
        let mint = TestToken::mintCall { to: lp, value: U256::from(100 * TOKEN) };
        setup.world.send(owner, token, &mint).unwrap();
        setup.request_deposit(lp, 100 * TOKEN).unwrap();
        lps.push(lp);
    }
    setup.pass_cut();
    setup.process().unwrap();
    for lp in &lps {
        setup.claim_deposit(*lp);
        setup.request_redeem(*lp, 100 * SHARE).unwrap();
    }
    setup.pass_cut();
    let block = TestToken::setBlockedCall { owner: lps[0], blocked: true };
    setup.world.send(owner, token, &block).unwrap();
    setup.process().unwrap();
    let refused = setup.send(lps[0], &IVault::claimRedeemCall { owner: lps[0] }).unwrap_err();
    refused.expect(&TestToken::Blocked { owner: lps[0] });
    assert!(setup.claim_redeem(lps[1]).0 >= 100 * TOKEN - 1);
    let unblock = TestToken::setBlockedCall { owner: lps[0], blocked: false };
    setup.world.send(owner, token, &unblock).unwrap();
    assert!(setup.claim_redeem(lps[0]).0 >= 100 * TOKEN - 1);
}

#[test]
fn token_that_calls_back_cannot_reach_the_vault() {
    let mut setup = setup_with(|world| world.deploy("TestToken", Vec::new()));
    let (owner, token, vault) = (setup.world.owner, setup.token, setup.vault);
    let lp = setup.world.account("an LP");
    let mint = TestToken::mintCall { to: lp, value: U256::from(100 * TOKEN) };
    setup.world.send(owner, token, &mint).unwrap();
    let doors: [Vec<u8>; 4] = [
        IVault::processEpochCall {}.abi_encode(),
        IVault::claimDepositCall { owner: lp }.abi_encode(),
        IVault::totalSupplyCall {}.abi_encode(),
        IVault::convertToAssetsCall { shares: U256::from(1) }.abi_encode(),
    ];
    for data in doors {
        let call = TestToken::setCallCall { target: vault, data: data.into() };
        setup.world.send(owner, token, &call).unwrap();
        setup.request_deposit(lp, TOKEN).unwrap();
        assert!(!setup.world.read(token, &TestToken::isCallDoneCall {}));
    }
}

#[test]
fn constructor_runs_once_and_wants_contracts_and_a_sensible_spacing() {
    let mut setup = setup();
    let (clearing, market, stranger) = (setup.clearing, setup.market, setup.world.account("stranger"));
    let data = [vec![0x55, 0x85, 0x25, 0x8d], (clearing, market, U256::from(HOUR)).abi_encode()].concat();
    let receipt = setup.world.submit(stranger, setup.vault, data);
    Failure(receipt.output).expect(&AlreadyWired {});
    for arguments in [
        (clearing, market, U256::from(HOUR - 1)),
        (clearing, market, U256::from(14 * 24 * HOUR + 1)),
        (stranger, market, U256::from(HOUR)),
        (clearing, stranger, U256::from(HOUR)),
    ] {
        assert!(setup.world.deploy_program("vault", arguments.abi_encode()).is_err());
    }
}

#[test]
fn gas_of_each_call() {
    let mut setup = setup();
    let first = setup.member("first", 100 * TOKEN);
    let second = setup.lp("second", 100 * TOKEN);
    setup.request_redeem(first, 40 * SHARE).unwrap();
    setup.request_deposit(second, 100 * TOKEN).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    setup.claim_redeem(first);
    setup.claim_deposit(second);
    setup.send(first, &IVault::transferCall { to: second, value: U256::from(5) }).unwrap();
    for (name, gas) in &setup.world.gas {
        println!("{name}: {gas}");
    }
    let process = setup.world.gas[IVault::processEpochCall::SIGNATURE];
    assert!(process < 400_000, "{process}");
}
