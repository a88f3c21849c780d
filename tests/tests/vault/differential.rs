//! Random lives of both tranches: every epoch is what the pure crate plans, bit for bit, and the sums hold.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::account::{LP_CLAIMS, LP_PENDING};
use equipoise_interfaces::{EpochProcessed, EpochSettled, ITranche, IVault};
use equipoise_kit::shares::Requests;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::units::Atoms;
use equipoise_risk::waterfall::Coverage;
use equipoise_tests::{World, TOKEN};
use equipoise_vault_state::{Asked, Capital, Epoch, Terms, Worth};

use crate::fixture::{narrow, setup, Setup, PRICE};

const LPS: usize = 4;

/// A deterministic source of choices (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn amount(&mut self, most: u128) -> u128 {
        most * u128::from(self.roll(1_000_001)) / 1_000_000
    }
}

struct Life {
    setup: Setup,
    dice: Dice,
    lps: Vec<Address>,
    trader: Address,
    /// What the pure crate keeps.
    capital: Capital,
    terms: Terms,
    series: u32,
    epochs: u32,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut setup = setup();
        let recipient = setup.world.account("treasury");
        let agreed = equipoise_interfaces::Terms {
            seniorRate: 300_000,
            coverage: 200_000,
            managementFee: 20_000,
            performanceFee: 100_000,
            feeRecipient: recipient,
        };
        setup.observe(false);
        let (owner, vault) = (setup.world.owner, setup.vault);
        let receipt = setup.world.send(owner, vault, &IVault::setTermsCall { agreed }).unwrap();
        let now = setup.time_of(&receipt);
        let mut capital = Capital::default();
        capital.waterfall.rate = Millionths::from_raw(60_000);
        let worth = Worth { now, ..Worth::default() };
        let mut capital = capital.at(&worth).unwrap();
        capital.waterfall = capital.waterfall.with_rate(Millionths::from_raw(300_000)).unwrap();
        capital.charged_at = now;
        let terms = Terms {
            coverage: Coverage::new(Millionths::from_raw(200_000)).unwrap(),
            management_fee: Millionths::from_raw(20_000),
            performance_fee: Millionths::from_raw(100_000),
        };
        let lps = (0..LPS).map(|number| setup.lp(&format!("LP {number}"), 1_000_000 * TOKEN)).collect();
        let trader = setup.trader("trader", 1_000_000 * TOKEN);
        Self { setup, dice: Dice(seed), lps, trader, capital, terms, series: 0, epochs: 0 }
    }

    fn act(&mut self) {
        let lp = self.lps[usize::try_from(self.dice.roll(LPS as u64)).unwrap()];
        let tranche = if self.dice.roll(2) == 0 { self.setup.junior } else { self.setup.senior };
        match self.dice.roll(9) {
            0 | 1 => {
                let atoms = self.dice.amount(10_000 * TOKEN);
                let _ = self.setup.request_deposit(tranche, lp, atoms);
            }
            2 => {
                let held = self.setup.shares(tranche, lp);
                let shares = if self.dice.roll(3) == 0 { held } else { self.dice.amount(held) };
                let _ = self.setup.request_redeem(tranche, lp, shares);
            }
            3 => self.claim(tranche, lp),
            4 => self.trade(),
            5 => self.mark(),
            6 => {
                let request = self.setup.world.read(tranche, &ITranche::depositRequestCall { controller: lp });
                let call = ITranche::cancelDepositRequestCall { requestId: U256::from(request.epoch), controller: lp };
                let _ = self.setup.send(lp, tranche, &call);
            }
            _ => self.process(),
        }
        self.check();
    }

    fn claim(&mut self, tranche: Address, lp: Address) {
        let controller = lp;
        let before = self.setup.world.tokens(lp);
        let assets = self.setup.world.read(tranche, &ITranche::maxDepositCall { controller });
        let deposit = ITranche::deposit_0Call { assets, receiver: lp };
        let _ = self.setup.send(lp, tranche, &deposit);
        let due = self.setup.world.read(tranche, &ITranche::maxWithdrawCall { controller });
        let shares = self.setup.world.read(tranche, &ITranche::maxRedeemCall { controller });
        let redeem = ITranche::redeemCall { shares, receiver: lp, controller };
        let paid = self.setup.send(lp, tranche, &redeem).map_or(0, narrow);
        assert_eq!(U256::from(paid), due);
        let back = ITranche::claimCancelDepositRequestCall { requestId: U256::ZERO, receiver: lp, controller };
        let back = self.setup.send(lp, tranche, &back).map_or(0, narrow);
        assert_eq!(self.setup.world.tokens(lp), before + paid + back);
    }

    /// The vault wins or loses, at times all there is of the junior's.
    fn trade(&mut self) {
        let cash = self.setup.nav().max(0).unsigned_abs();
        let cost = i128::try_from(self.dice.amount(cash / 4 + 1)).unwrap();
        let cost = if self.dice.roll(2) == 0 { cost } else { -cost };
        let cash = self.setup.cash(equipoise_interfaces::account::VAULT);
        self.setup.trade(self.trader, cost.max(-cash).min(900_000_000_000));
    }

    fn mark(&mut self) {
        let nav = self.setup.nav().max(0).unsigned_abs();
        let redeemable = if self.dice.roll(2) == 0 { u128::MAX } else { self.dice.amount(nav) };
        let uncertainty = self.dice.amount(nav / 50);
        let mark = i128::try_from(self.dice.amount(nav / 20)).unwrap();
        // A market can pay no more than its cash.
        let cash = self.setup.cash(equipoise_interfaces::account::VAULT).unsigned_abs();
        self.setup.mark(-mark, uncertainty, redeemable.min(cash));
    }

    fn asked(&mut self, tranche: Address, epoch: u64) -> Asked {
        let said = self.setup.world.read(tranche, &ITranche::pendingCall {});
        let is_due = said.epoch == epoch;
        let part = |amount: U256| if is_due { narrow(amount) } else { 0 };
        let requests = Requests { deposit_atoms: part(said.depositAtoms), redeem_shares: part(said.redeemShares) };
        Asked { supply: narrow(said.supply), requests }
    }

    fn process(&mut self) {
        self.setup.pass_cut();
        if self.dice.roll(3) == 0 {
            self.setup.push(PRICE + i64::try_from(self.dice.roll(60)).unwrap() - 30);
        }
        let (vault, junior, senior) = (self.setup.vault, self.setup.junior, self.setup.senior);
        let next = self.setup.world.read(vault, &IVault::nextEpochCall {});
        if next.epoch == 0 {
            return;
        }
        let nav = self.setup.world.read(vault, &IVault::navCall {});
        let epoch = Epoch {
            junior: self.asked(junior, next.epoch),
            senior: self.asked(senior, next.epoch),
            min_deposit_atoms: TOKEN,
        };
        let first_rounds = vec![self.setup.world.first_round_from(next.cutAt)];
        let keeper = self.setup.world.account("keeper");
        let call = IVault::processEpochCall { firstRounds: first_rounds };
        let receipt = self.setup.world.send(keeper, vault, &call).unwrap();
        let told = World::events::<EpochProcessed>(&receipt).remove(0);
        let atoms = |amount: U256| Atoms::new(i128::try_from(narrow(amount)).unwrap());
        let worth = Worth {
            now: self.setup.time_of(&receipt),
            nav: Atoms::new(nav.navAtoms.try_into().unwrap()),
            uncertainty: atoms(told.uncertaintyAtoms),
            reserve: atoms(nav.reserveAtoms),
            redeemable: atoms(nav.redeemableAtoms),
        };
        let plan = self.capital.plan(&self.terms, &worth, &epoch).unwrap();
        self.capital = plan.capital;
        self.series += u32::from(plan.is_new_series);
        self.epochs += 1;
        assert_eq!(narrow(told.feeAtoms), plan.fee.count().unsigned_abs());
        assert_eq!(narrow(told.claimAtoms), plan.capital.waterfall.claim_floor().unwrap().count().unsigned_abs());
        let settled: Vec<(Address, EpochSettled)> = receipt
            .logs
            .iter()
            .filter_map(|log| alloy_sol_types::SolEvent::decode_log(&log.inner).ok())
            .map(|log: alloy_primitives::Log<EpochSettled>| (log.address, log.data))
            .collect();
        for (tranche, told) in settled {
            let filled = if tranche == junior { plan.junior } else { plan.senior };
            assert_eq!(narrow(told.acceptedAtoms), filled.entry.accepted_atoms);
            assert_eq!(narrow(told.sharesMinted), filled.entry.minted);
            assert_eq!(narrow(told.sharesBurned), filled.exit.burned);
            assert_eq!(narrow(told.paidAtoms), filled.exit.paid_atoms);
        }
        assert_eq!(self.setup.world.read(junior, &ITranche::seriesCall {}), self.series);
    }

    fn check(&mut self) {
        self.setup.check_sums();
        assert!(self.setup.cash(LP_CLAIMS) >= 0 && self.setup.cash(LP_PENDING) >= 0);
        for tranche in [self.setup.junior, self.setup.senior] {
            let holders: Vec<Address> = self.lps.iter().copied().chain([tranche]).collect();
            let held: u128 = holders.into_iter().map(|owner| self.setup.shares(tranche, owner)).sum();
            assert_eq!(held, self.setup.supply(tranche));
        }
    }
}

#[test]
fn every_epoch_is_what_the_pure_crate_plans() {
    let mut epochs = 0;
    for seed in 0..5 {
        let mut life = Life::new(seed);
        for _ in 0..60 {
            life.act();
        }
        epochs += life.epochs;
    }
    assert!(epochs > 30, "{epochs}");
}
