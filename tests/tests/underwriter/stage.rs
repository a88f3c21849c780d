//! A market with an underwriter, a taker who lets it trade for him, and a maker with a key.

use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolCall;
use equipoise_interfaces::{
    account, IClearing, IMarket, IUnderwriter, Leg, TradeUnderwritten, UnderwritingOffer, UnderwritingOrder,
    UnderwritingQuote,
};
use equipoise_tests::{Failure, World, TOKEN};

use crate::fixture::{call_of, leg, narrow, put_of, signed, Market, CONTRACT, FAR, K3000, K3200, WAD};
use crate::offering::{domain_of, maker_key, offer_of, sign, underwriter_of};

pub const RICH: u128 = 1_000_000 * TOKEN;

pub struct Stage {
    pub market: Market,
    pub underwriter: Address,
    pub taker: Address,
    pub maker: PrivateKeySigner,
}

impl Stage {
    pub fn open() -> Self {
        let mut market = Market::open();
        let underwriter = underwriter_of(&mut market);
        let taker = market.trader("taker", RICH);
        let maker = maker_key();
        let mut stage = Self { market, underwriter, taker, maker };
        stage.enrol(maker_key().address(), RICH);
        stage.let_trade(taker);
        stage
    }

    /// Gives an address ether to send with, and cash in the ledger.
    pub fn enrol(&mut self, who: Address, atoms: u128) {
        self.market.world.chain.set_balance(who, U256::from(WAD));
        self.market.fund(who, atoms);
        self.market.deposit(who, atoms).unwrap();
    }

    /// Makes the underwriter somebody's operator.
    pub fn let_trade(&mut self, who: Address) {
        let operator = self.underwriter;
        self.ledger(who, &IClearing::setOperatorCall { operator, until: FAR });
    }

    pub fn ledger<C: SolCall>(&mut self, from: Address, call: &C) {
        let clearing = self.market.clearing;
        self.market.world.send(from, clearing, call).unwrap();
    }

    /// A call at the money of some thirty days: one contract a unit, bought.
    pub fn call(&self) -> Vec<Leg> {
        vec![leg(call_of(self.month(), K3000), CONTRACT)]
    }

    /// The same sold.
    pub fn sold_put(&self) -> Vec<Leg> {
        vec![leg(put_of(self.month(), K3000), -CONTRACT)]
    }

    /// Calls of two months, one against the other, and a put.
    pub fn calendar(&self) -> Vec<Leg> {
        let [(near, _), (far, _)] = [self.market.boards[2], self.market.boards[3]];
        let half = CONTRACT / 2;
        vec![leg(call_of(near, K3200), -half), leg(call_of(far, K3200), CONTRACT), leg(put_of(near, K3000), half)]
    }

    /// The board of some thirty days.
    pub fn month(&self) -> u16 {
        self.market.boards[2].0
    }

    pub fn maker(&self) -> Address {
        self.maker.address()
    }

    /// The maker's offer of so many units.
    pub fn offer(&self, legs: &[Leg], max_units: u64) -> UnderwritingOffer {
        offer_of(self.maker(), legs, max_units)
    }

    /// The taker's order without a limit.
    pub fn order(&self, vault_units: u64, maker_units: u64) -> UnderwritingOrder {
        UnderwritingOrder {
            account: account::of(self.taker),
            vaultUnits: vault_units,
            makerUnits: maker_units,
            maxCostAtoms: I256::MAX,
            deadline: FAR,
        }
    }

    pub fn signature(&self, offer: &UnderwritingOffer) -> Bytes {
        sign(offer, &self.maker, &domain_of(&self.market, self.underwriter))
    }

    /// Has the taker bring an offer that the maker has signed.
    pub fn trade(&mut self, order: UnderwritingOrder, offer: &UnderwritingOffer) -> Result<TradeUnderwritten, Failure> {
        let signature = self.signature(offer);
        self.bring(self.taker, order, offer, signature)
    }

    /// Has somebody bring an offer and what is said to be its signature.
    pub fn bring(
        &mut self,
        caller: Address,
        order: UnderwritingOrder,
        offer: &UnderwritingOffer,
        signature: Bytes,
    ) -> Result<TradeUnderwritten, Failure> {
        let call = IUnderwriter::tradeCall { order, offer: offer.clone(), signature };
        let receipt = self.market.world.send(caller, self.underwriter, &call)?;
        let told = World::events::<TradeUnderwritten>(&receipt).remove(0);
        let answer = IUnderwriter::tradeCall::abi_decode_returns(&receipt.output).unwrap();
        assert_eq!(answer, told.vaultCostAtoms + told.makerCostAtoms, "the answer is what the event tells");
        Ok(told)
    }

    pub fn quote(&mut self, order: UnderwritingOrder, offer: &UnderwritingOffer) -> UnderwritingQuote {
        self.market.world.read(self.underwriter, &IUnderwriter::quoteCall { order, offer: offer.clone() })
    }

    /// What would come of something, which is then undone.
    pub fn suppose<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.market.world.chain.snapshot();
        let outcome = act(self);
        assert!(self.market.world.chain.revert(before));
        outcome
    }

    /// What LPs own, in atoms.
    pub fn nav(&mut self) -> i128 {
        narrow(self.market.read(&IMarket::navCall {}).navAtoms)
    }

    /// Cash of the taker, the maker and the vault.
    pub fn cash(&mut self) -> [i128; 3] {
        let accounts = [account::of(self.taker), account::of(self.maker()), account::VAULT];
        accounts.map(|account| self.market.cash(account))
    }

    /// What a trader and the vault hold of every live board, with what the others do, is nothing.
    pub fn assert_zero_sum(&mut self) {
        let holders = [account::VAULT, account::of(self.taker), account::of(self.maker())];
        for board in self.market.read(&IMarket::liveBoardsCall {}) {
            let held = holders.map(|holder| self.market.positions(holder, board));
            for place in 0..held[0].len() {
                assert_eq!(held.iter().map(|sizes| sizes[place]).sum::<i128>(), 0, "board {board}, place {place}");
            }
        }
    }
}

/// A package of so many units.
pub fn times(unit: &[Leg], units: u64) -> Vec<Leg> {
    unit.iter().map(|each| leg(each.series, narrow(each.sizeWad) * i128::from(units))).collect()
}

/// Atoms that are not negative, as a signed amount.
pub fn plain(amount: U256) -> i128 {
    amount.try_into().unwrap()
}

pub fn limit(atoms: i128) -> I256 {
    signed(atoms)
}
