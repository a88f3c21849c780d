//! Cash in and out, and operators.

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_clearing_state::bit;
use equipoise_interfaces::{account, IClearing};
use equipoise_tests::{Failure, Stablecoin};

use crate::action::{Amount, Of};
use crate::actors::field;
use crate::fixture::FAR;
use crate::life::{Life, Outcome};

const PERMIT: &str = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)";
const OPERATOR: &str = "SetOperator(address owner,address operator,uint64 until,uint256 nonce,uint64 deadline)";

impl Life {
    fn told_clearing<C: SolCall>(&mut self, by: u8, call: &C) -> Result<(), Failure> {
        let clearing = self.market.clearing;
        self.tell(by, clearing, call)
    }

    pub(super) fn deposit(&mut self, by: u8, to: Option<Of>, atoms: u64) -> Outcome {
        let amount = U256::from(atoms);
        let own = account::of(self.actors.address(by));
        let account = to.map_or(own, |of| self.account(of));
        let (cash, wallet) = (self.before().cash(account), self.wallet(by));
        let result = if to.is_some() {
            self.told_clearing(by, &IClearing::depositForCall { account, amountAtoms: amount })
        } else {
            self.told_clearing(by, &IClearing::depositCall { amountAtoms: amount })
        };
        let moved = if result.is_ok() { atoms } else { 0 };
        let after = self.picture();
        assert_eq!(after.cash(account), cash + i128::from(moved), "a deposit is credited whole");
        assert_eq!(after.tokens[&self.actors.address(by)], wallet - u128::from(moved));
        Outcome::of(result, &[account])
    }

    pub(super) fn deposit_permit(&mut self, by: u8, atoms: u64, is_forged: bool) -> Outcome {
        let (owner, spender) = (self.actors.address(by), self.market.clearing);
        let token = self.market.world.token;
        let nonce = self.market.world.read(token, &Stablecoin::noncesCall { owner });
        let (value, deadline) = (U256::from(atoms), U256::from(FAR));
        let separator = self.token_separator();
        let fields = [field(&owner), field(&spender), field(&value), field(&nonce), field(&deadline)];
        let signer = by.wrapping_add(u8::from(is_forged));
        let (v, r, s) = self.actors.sign(signer, separator, keccak256(PERMIT), &fields);
        let call = IClearing::depositWithPermitCall { amountAtoms: value, deadline, v, r, s };
        Outcome::of(self.told_clearing(by, &call), &[account::of(owner)])
    }

    pub(super) fn deposit_insurance(&mut self, by: u8, atoms: u64) -> Outcome {
        let before = self.before().cash(account::INSURANCE);
        let call = IClearing::depositInsuranceCall { amountAtoms: U256::from(atoms) };
        let result = self.told_clearing(by, &call);
        let moved = if result.is_ok() { atoms } else { 0 };
        assert_eq!(self.picture().cash(account::INSURANCE), before + i128::from(moved));
        Outcome::of(result, &[])
    }

    /// What is free of an account, by the pure crates; its cash if that cannot be told.
    fn part_of(&self, account: B256, amount: Amount) -> U256 {
        match amount {
            Amount::Atoms(atoms) => U256::from(atoms),
            Amount::Part(thousandths) => {
                let picture = self.before();
                let free = self.withdrawable(picture, account).unwrap_or_else(|| picture.cash(account));
                U256::from(free.max(0).unsigned_abs()) * U256::from(thousandths) / U256::from(1_000)
            }
        }
    }

    pub(super) fn withdraw(&mut self, by: u8, of: Option<Of>, to: u8, amount: Amount) -> Outcome {
        let owner = self.actors.address(by);
        let account = of.map_or(account::of(owner), |of| self.account(of));
        let atoms = self.part_of(account, amount);
        let to = if of.is_some() { self.actors.address(to) } else { owner };
        let before = (self.before().cash(account), self.before().tokens[&to]);
        let result = if of.is_some() {
            self.told_clearing(by, &IClearing::withdrawFromCall { account, amountAtoms: atoms, to })
        } else {
            self.told_clearing(by, &IClearing::withdrawCall { amountAtoms: atoms })
        };
        if result.is_ok() {
            let after = self.picture();
            let moved = atoms.to::<u128>();
            assert_eq!(after.cash(account), before.0 - moved.cast_signed());
            assert_eq!(after.tokens[&to], before.1 + moved);
            assert_eq!(account::owner(account), owner, "only the owner withdraws");
            self.require_left(account);
        }
        Outcome::of(result, &[account])
    }

    /// What left an account must have left its margin.
    fn require_left(&mut self, account: B256) {
        let after = self.picture();
        assert!(after.cash(account) >= 0, "what leaves is cash");
        let entry = after.ledger[&account];
        // Who is left in an auction with nothing but cash depends on no price.
        if entry.is_margined() && entry.held() != 0 {
            let margin = self.margin_of(&after, account).expect("nothing leaves an account that cannot be valued");
            assert!(margin.equity >= margin.initial, "what leaves leaves {margin:?}");
            for (picture, sight) in self.both(&after) {
                if entry.held() & bit(picture.market) != 0 {
                    let moment = self.moment_in(sight.scene).expect("a margin needs a price");
                    let is_safe = picture.native().is_safe(moment);
                    assert!(is_safe, "cash leaves a margin at prices that may not be relied on");
                }
            }
        }
    }

    pub(super) fn transfer_cash(&mut self, by: u8, (from, to): (Of, Of), amount: Amount) -> Outcome {
        let [from, to] = [from, to].map(|of| self.account(of));
        let atoms = self.part_of(from, amount);
        let cash = [from, to].map(|account| self.before().cash(account));
        let result = self.told_clearing(by, &IClearing::transferCashCall { from, to, amountAtoms: atoms });
        if result.is_ok() {
            let (moved, after) = (atoms.to::<u128>().cast_signed(), self.picture());
            assert_eq!([from, to].map(|account| after.cash(account)), [cash[0] - moved, cash[1] + moved]);
            self.require_left(from);
        }
        Outcome::of(result, &[from, to])
    }

    fn until(&self, secs: u32) -> u64 {
        match secs {
            0 => 0,
            u32::MAX => FAR,
            _ => self.now() + u64::from(secs),
        }
    }

    pub(super) fn set_operator(&mut self, by: u8, operator: u8, secs: u32) -> Outcome {
        let (operator, until) = (self.actors.address(operator), self.until(secs));
        let result = self.told_clearing(by, &IClearing::setOperatorCall { operator, until });
        if result.is_ok() {
            self.require_operator(self.actors.address(by), operator, until);
        }
        Outcome::of(result, &[])
    }

    fn require_operator(&mut self, owner: Address, operator: Address, until: u64) {
        let clearing = self.market.clearing;
        let told = self.market.world.read(clearing, &IClearing::operatorUntilCall { owner, operator });
        assert_eq!(told, until);
    }

    pub(super) fn sign_operator(&mut self, by: u8, operator: u8, secs: u32, is_forged: bool) -> Outcome {
        let [owner, operator] = [by, operator].map(|who| self.actors.address(who));
        let (clearing, until, deadline) = (self.market.clearing, self.until(secs), self.now() + 100);
        let separator = self.market.world.read(clearing, &IClearing::DOMAIN_SEPARATORCall {});
        let nonce = self.market.world.read(clearing, &IClearing::noncesCall { owner });
        let fields = [field(&owner), field(&operator), field(&until), field(&nonce), field(&deadline)];
        let signer = by.wrapping_add(u8::from(is_forged));
        let (v, r, s) = self.actors.sign(signer, separator, keccak256(OPERATOR), &fields);
        let signature = Bytes::from([r.as_slice(), s.as_slice(), &[v]].concat());
        let call = IClearing::setOperatorBySignatureCall { owner, operator, until, deadline, signature };
        let result = self.told_clearing(by.wrapping_add(1), &call);
        assert!(!is_forged || result.is_err(), "a forged signature appoints");
        if result.is_ok() {
            self.require_operator(owner, operator, until);
            self.send(operator, clearing, &call).expect_err("a signature counts once");
        }
        Outcome::of(result, &[])
    }
}
