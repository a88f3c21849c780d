//! What LPs do, and anybody for the vault.

use alloy_primitives::aliases::U80;
use alloy_primitives::{keccak256, Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::{EpochProcessed, EpochSettled, ITranche, IVault};
use equipoise_tests::{Failure, World};

use crate::action::Action;
use crate::actors::{field, ACTORS};
use crate::fixture::FAR;
use crate::life::{FeedRound, Life, Outcome};

const PERMIT: &str = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)";

impl Life {
    pub(super) fn perform_capital(&mut self, action: &Action) -> Outcome {
        let result = match action {
            Action::RequestDeposit { by, is_senior, atoms } => {
                let owner = self.actors.address(*by);
                let call = ITranche::requestDepositCall { assets: U256::from(*atoms), controller: owner, owner };
                self.lp(*by, *is_senior, &call)
            }
            Action::RequestRedeem { by, is_senior, thousandths } => {
                let owner = self.actors.address(*by);
                let shares = self.shares(owner, *is_senior, *thousandths);
                self.lp(*by, *is_senior, &ITranche::requestRedeemCall { shares, controller: owner, owner })
            }
            Action::CancelDeposit { by, of, is_senior } => {
                let (by, of) =
                    self.lp_with(*by, *of, |life, owner| life.tranche_before(*is_senior).awaits(owner, true));
                let controller = self.actors.address(of);
                let id = U256::from(self.tranche_before(*is_senior).deposits[&controller].epoch);
                self.lp(by, *is_senior, &ITranche::cancelDepositRequestCall { requestId: id, controller })
            }
            Action::CancelRedeem { by, of, is_senior } => {
                let (by, of) =
                    self.lp_with(*by, *of, |life, owner| life.tranche_before(*is_senior).awaits(owner, false));
                let controller = self.actors.address(of);
                let id = U256::from(self.tranche_before(*is_senior).redemptions[&controller].epoch);
                self.lp(by, *is_senior, &ITranche::cancelRedeemRequestCall { requestId: id, controller })
            }
            Action::Collect { by, of, is_senior } => {
                let controller = self.actors.address(*of);
                self.lp(*by, *is_senior, &ITranche::collectCall { controller })
            }
            Action::ProcessEpoch { by, is_wrong_round } => self.process_epoch(*by, *is_wrong_round),
            Action::Accrue { by } => {
                let vault = self.market.vault;
                self.tell(*by, vault, &IVault::accrueCall {})
            }
            Action::PayFees { by } => self.pay_fees(*by),
            _ => self.perform_shares(action),
        };
        Outcome::of(result, &[])
    }

    fn perform_shares(&mut self, action: &Action) -> Result<(), Failure> {
        match action {
            Action::ClaimDeposit { by, of, is_senior, thousandths, is_mint } => {
                self.claim_deposit((*by, *of), *is_senior, *thousandths, *is_mint)
            }
            Action::ClaimRedeem { by, of, is_senior, thousandths, is_withdraw } => {
                self.claim_redeem((*by, *of), *is_senior, *thousandths, *is_withdraw)
            }
            Action::ClaimReturned { by, of, is_senior } => self.claim_returned(*by, *of, *is_senior),
            Action::ShareTransfer { by, to, is_senior, thousandths } => {
                let (owner, to) = (self.actors.address(*by), self.actors.address(*to));
                let value = self.shares(owner, *is_senior, *thousandths);
                self.lp(*by, *is_senior, &ITranche::transferCall { to, value })
            }
            Action::ShareTransferFrom { by, from, to, is_senior, thousandths } => {
                let [from, to] = [from, to].map(|who| self.actors.address(*who));
                let value = self.shares(from, *is_senior, *thousandths);
                self.lp(*by, *is_senior, &ITranche::transferFromCall { from, to, value })
            }
            Action::ShareApprove { by, spender, is_senior, thousandths } => {
                let (owner, spender) = (self.actors.address(*by), self.actors.address(*spender));
                let value = self.shares(owner, *is_senior, *thousandths);
                self.lp(*by, *is_senior, &ITranche::approveCall { spender, value })
            }
            Action::SharePermit { by, spender, is_senior, is_forged } => {
                self.share_permit(*by, *spender, *is_senior, *is_forged)
            }
            Action::LpOperator { by, operator, is_senior, is_approved } => {
                let operator = self.actors.address(*operator);
                self.lp(*by, *is_senior, &ITranche::setOperatorCall { operator, approved: *is_approved })
            }
            _ => unreachable!("{action:?} is done nowhere"),
        }
    }

    /// An LP who is in that state, if anybody is, and who acts for him: himself if he was meant to.
    fn lp_with(&self, by: u8, of: u8, fits: impl Fn(&Self, Address) -> bool) -> (u8, u8) {
        let others = (0..ACTORS as u8).map(|step| of.wrapping_add(step) % ACTORS as u8);
        let fitting = others.into_iter().find(|who| fits(self, self.actors.address(*who))).unwrap_or(of);
        (if by == of { fitting } else { by }, fitting)
    }

    fn lp<C: SolCall>(&mut self, by: u8, is_senior: bool, call: &C) -> Result<(), Failure> {
        let tranche = self.tranche_of(is_senior);
        self.tell(by, tranche, call)
    }

    fn tranche_before(&self, is_senior: bool) -> &crate::slots::Tranche {
        let picture = self.before();
        if is_senior {
            &picture.senior
        } else {
            &picture.junior
        }
    }

    fn shares(&self, owner: Address, is_senior: bool, thousandths: u16) -> U256 {
        let held = self.tranche_before(is_senior).balances[&owner];
        U256::from(held) * U256::from(thousandths) / U256::from(1_000)
    }

    fn claim_deposit(&mut self, (by, of): (u8, u8), is_senior: bool, part: u16, is_mint: bool) -> Result<(), Failure> {
        let (by, of) = self.lp_with(by, of, |life, owner| life.tranche_before(is_senior).has_claim(owner, true));
        let [sender, controller] = [by, of].map(|who| self.actors.address(who));
        let tranche = self.tranche_of(is_senior);
        let part = |most: U256| most * U256::from(part) / U256::from(1_000);
        if is_mint {
            let shares = part(self.market.world.read(tranche, &ITranche::maxMintCall { controller }));
            return self.tell(by, tranche, &ITranche::mint_1Call { shares, receiver: sender, controller });
        }
        let assets = part(self.market.world.read(tranche, &ITranche::maxDepositCall { controller }));
        if by == of {
            return self.tell(by, tranche, &ITranche::deposit_0Call { assets, receiver: sender });
        }
        self.tell(by, tranche, &ITranche::deposit_1Call { assets, receiver: sender, controller })
    }

    fn claim_redeem(&mut self, (by, of): (u8, u8), is_senior: bool, part: u16, by_assets: bool) -> Result<(), Failure> {
        let (by, of) = self.lp_with(by, of, |life, owner| life.tranche_before(is_senior).has_claim(owner, false));
        let [receiver, controller] = [by, of].map(|who| self.actors.address(who));
        let tranche = self.tranche_of(is_senior);
        let part = |most: U256| most * U256::from(part) / U256::from(1_000);
        let before = self.before().tokens[&receiver];
        let most = self.market.world.read(tranche, &ITranche::maxWithdrawCall { controller });
        let result = if by_assets {
            let assets = part(most);
            self.tell(by, tranche, &ITranche::withdrawCall { assets, receiver, controller })
        } else {
            let shares = part(self.market.world.read(tranche, &ITranche::maxRedeemCall { controller }));
            self.tell(by, tranche, &ITranche::redeemCall { shares, receiver, controller })
        };
        if result.is_ok() {
            let paid = self.picture().tokens[&receiver] - before;
            assert!(U256::from(paid) <= most, "a claim pays {paid} of {most}");
        }
        result
    }

    fn claim_returned(&mut self, by: u8, of: u8, is_senior: bool) -> Result<(), Failure> {
        let (by, of) = self.lp_with(by, of, |life, owner| life.tranche_before(is_senior).has_returned(owner));
        let [receiver, controller] = [by, of].map(|who| self.actors.address(who));
        let id = U256::from(self.tranche_before(is_senior).deposits[&controller].epoch);
        let call = ITranche::claimCancelDepositRequestCall { requestId: id, receiver, controller };
        self.lp(by, is_senior, &call)
    }

    fn share_permit(&mut self, by: u8, spender: u8, is_senior: bool, is_forged: bool) -> Result<(), Failure> {
        let [owner, spender] = [by, spender].map(|who| self.actors.address(who));
        let tranche = self.tranche_of(is_senior);
        let separator = self.market.world.read(tranche, &ITranche::DOMAIN_SEPARATORCall {});
        let nonce = self.market.world.read(tranche, &ITranche::noncesCall { owner });
        let value = self.shares(owner, is_senior, 500);
        let deadline = U256::from(FAR);
        let fields = [field(&owner), field(&spender), field(&value), field(&nonce), field(&deadline)];
        let signer = by.wrapping_add(u8::from(is_forged));
        let (v, r, s) = self.actors.sign(signer, separator, keccak256(PERMIT), &fields);
        let call = ITranche::permitCall { owner, spender, value, deadline, v, r, s };
        let result = self.tell(by.wrapping_add(1), tranche, &call);
        assert_eq!(result.is_ok(), !is_forged, "a signature is an allowance if it is the owner's");
        if !is_forged {
            let told = self.market.world.read(tranche, &ITranche::allowanceCall { owner, spender });
            assert_eq!(told, value);
            self.send(spender, tranche, &call).expect_err("a signature counts once");
        }
        result
    }

    fn pay_fees(&mut self, by: u8) -> Result<(), Failure> {
        let (vault, due) = (self.market.vault, self.before().fees);
        let result = self.tell(by, vault, &IVault::payFeesCall {});
        if result.is_ok() {
            assert!(due > 0 && self.picture().fees == 0, "fees are paid whole");
        }
        result
    }

    /// The first round of each market's feed at or after a cut.
    fn rounds_from(&self, cut: u64) -> Vec<u64> {
        let first = |rounds: &[FeedRound]| {
            let first = rounds.iter().position(|round| round.at >= cut && round.answer.is_some());
            1 + first.unwrap_or(rounds.len()) as u64
        };
        self.both(self.before()).into_iter().map(|(_, sight)| first(&sight.scene.rounds)).collect()
    }

    fn process_epoch(&mut self, by: u8, is_wrong_round: bool) -> Result<(), Failure> {
        let vault = self.market.vault;
        let next = self.market.world.read(vault, &IVault::nextEpochCall {});
        let mut rounds = self.rounds_from(next.cutAt);
        rounds[0] += u64::from(is_wrong_round);
        let first_rounds = rounds.into_iter().map(U80::from).collect();
        let from = self.actors.address(by);
        let receipt = self.send(from, vault, &IVault::processEpochCall { firstRounds: first_rounds })?;
        assert!(next.epoch > 0 && self.now() >= next.cutAt, "an epoch is priced after its cut");
        let is_priced = !World::events::<EpochProcessed>(&receipt).is_empty();
        assert!(!(is_priced && is_wrong_round), "an epoch is priced at another round than the first");
        for told in World::events::<EpochSettled>(&receipt) {
            assert_eq!(told.acceptedAtoms.is_zero(), told.sharesMinted.is_zero(), "shares of nothing cost nothing");
            assert!(told.paidAtoms.is_zero() || !told.sharesBurned.is_zero(), "who is paid gives shares");
            self.reach("deposits refused in part", !told.acceptedAtoms.is_zero() && !told.refusedAtoms.is_zero());
            self.reach("redemptions filled in part", !told.sharesBurned.is_zero() && !told.sharesUnfilled.is_zero());
        }
        self.reach("epoch priced", is_priced);
        self.reach("epoch given back", !is_priced);
        Ok(())
    }
}
