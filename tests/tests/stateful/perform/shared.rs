//! Trades that a maker shares.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::account::INSURANCE;
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{IUnderwriter, Leg, TradeUnderwritten, UnderwritingOffer, UnderwritingOrder};
use equipoise_tests::World;

use crate::action::{LegOf, Of};
use crate::double::lots_of;
use crate::fixture::{narrow, signed, FAR, LOT};
use crate::life::{Life, Outcome};
use crate::offering::{domain_of, offer_of, sign};
use crate::slots::Picture;

impl Life {
    pub(super) fn share(
        &mut self,
        by: u8,
        (of, maker_of): (Of, Of),
        legs: &[LegOf],
        (vault_units, maker_units): (u8, u8),
        is_forged: bool,
    ) -> Outcome {
        let [account, maker] = [of, maker_of].map(|of| self.account(of));
        let units = i128::from(vault_units) + i128::from(maker_units);
        // The size is that of all units.
        let unit = |leg: Leg| {
            let lots = narrow(leg.sizeWad) / LOT;
            let each = if lots / units == 0 { lots.signum() } else { lots / units };
            Leg { sizeWad: signed(each * LOT), ..leg }
        };
        let legs: Vec<Leg> = self.legs(account, legs).into_iter().map(unit).collect();
        if legs.is_empty() {
            return Outcome::idle();
        }
        let owner = self.actors.address(maker_of.0);
        let offer = UnderwritingOffer {
            account: maker,
            nonce: U256::from(self.course.actions),
            ..offer_of(owner, &legs, u64::from(maker_units))
        };
        let signer = self.actors.key(maker_of.0.wrapping_add(u8::from(is_forged))).clone();
        let signature = sign(&offer, &signer, &domain_of(&self.market, self.own.underwriter));
        let order = UnderwritingOrder {
            account,
            vaultUnits: vault_units.into(),
            makerUnits: maker_units.into(),
            maxCostAtoms: I256::MAX,
            deadline: FAR,
        };
        let before = self.picture();
        let (from, underwriter) = (self.actors.address(by), self.own.underwriter);
        let call = IUnderwriter::tradeCall { order, offer, signature };
        let result = self.send(from, underwriter, &call);
        if let Ok(receipt) = &result {
            assert!(!is_forged, "a forged offer is taken");
            let told = World::events::<TradeUnderwritten>(receipt).remove(0);
            self.follow_share(&before, (&legs, vault_units, maker_units), &told);
            self.send(from, underwriter, &call).expect_err("an offer is filled once");
        }
        Outcome::of(result.map(drop), &[account, maker])
    }

    /// What each of the three gets.
    fn follow_share(
        &mut self,
        before: &Picture,
        (legs, vault_units, maker_units): (&[Leg], u8, u8),
        told: &TradeUnderwritten,
    ) {
        let after = self.picture();
        let (taker, maker, fee) = (told.taker, told.maker, told.feeAtoms.to::<i128>());
        let [vault_cost, maker_cost] = [told.vaultCostAtoms, told.makerCostAtoms].map(narrow);
        let gained = |account| after.cash(account) - before.cash(account);
        assert_eq!(gained(taker), -vault_cost - maker_cost, "the taker pays both");
        assert_eq!(gained(maker), maker_cost - fee, "the maker gets his part less the fee");
        assert!(told.vaultCostAtoms + told.makerCostAtoms <= told.wholeCostAtoms, "no more than the vault alone asks");
        assert_eq!(gained(before.vault()) + gained(INSURANCE), vault_cost + fee, "the vault gets its part and the fee");
        for leg in legs {
            let Series { board, strike, is_put } = Series::from_id(leg.series).unwrap();
            let place = 2 * usize::from(strike) + usize::from(is_put);
            // A series may be in two legs.
            let of_series = legs.iter().filter(|other| other.series == leg.series);
            let lots: i128 = of_series.map(|leg| narrow(leg.sizeWad) / LOT).sum();
            let [vault_lots, maker_lots] = [vault_units, maker_units].map(|units| i128::from(units) * lots);
            let of_account = |picture: &Picture, account| picture.lots(account, board)[place];
            let of_vault = |picture: &Picture| lots_of(&picture.boards[&board].inventory)[place];
            assert_eq!(of_vault(&after) - of_vault(before), -vault_lots);
            assert_eq!(of_account(&after, maker) - of_account(before, maker), -maker_lots);
            assert_eq!(of_account(&after, taker) - of_account(before, taker), vault_lots + maker_lots);
        }
        self.require_margin_after(before, taker, legs);
        let opposite: Vec<Leg> = legs.iter().map(|leg| Leg { sizeWad: -leg.sizeWad, ..leg.clone() }).collect();
        self.require_margin_after(before, maker, &opposite);
    }
}
