//! Checkpoints, rebalances, and what the owner and the guardian do of the hedger.

use alloy_primitives::{keccak256, B256, I256, U256};
use equipoise_interfaces::{CallerNotOwner, CheckpointTaken, HedgeLeg, IHedger, RebalanceRequest, Rebalanced};
use equipoise_risk::rebalance::{HedgeTerm, HedgeTerms, TERM_RULES};
use equipoise_tests::{Failure, Hedging, World};

use crate::action::hedging::{Delivery, FillOf, FillSize, Flaw};
use crate::action::HedgeAction;
use crate::double::hedging::Moved;
use crate::fixture::{signed, wad, FAR};
use crate::generate::Draw;
use crate::life::{Life, Outcome};
use crate::slots::Picture;

mod rebalance;

impl Life {
    pub(super) fn hedge(&mut self, action: &HedgeAction) -> Outcome {
        let result = match action {
            HedgeAction::Checkpoint { by } => self.checkpoint(*by),
            HedgeAction::Rebalance { by, fills, most_tip, delivery, flaw } => {
                return self.rebalance(*by, fills, *most_tip, (*delivery, *flaw));
            }
            HedgeAction::SignRebalance { by, solver, fills, is_forged } => {
                return self.sign_rebalance((*by, *solver), fills, *is_forged);
            }
            HedgeAction::Tend { by } => self.tend_hedge(*by),
            HedgeAction::CloseVenue { by } => self.set_venue(*by, 0, true),
            HedgeAction::OpenVenue { by, dollars } => self.set_venue(*by, *dollars, false),
            HedgeAction::SetHedgeTerms { seed, count, is_narrow } => self.set_hedge_terms(*seed, *count, *is_narrow),
            HedgeAction::GiveCoins { atoms } => self.give_coins(*atoms),
        };
        Outcome::of(result, &[])
    }

    fn checkpoint(&mut self, by: u8) -> Result<(), Failure> {
        let (from, hedger) = (self.actors.address(by), self.own.hedging.hedges.hedger);
        let before = self.picture();
        let receipt = self.send(from, hedger, &IHedger::checkpointCall {})?;
        let told = World::events::<CheckpointTaken>(&receipt).remove(0);
        let moment = self.moment().expect("nobody knows what is to be hedged without a price");
        let appraised = before.native().appraised(moment, &told.words).expect("nor without capital");
        let (kept, now) = (before.hedger.clone(), self.now());
        let mut expected = kept.clone();
        (expected.window, expected.average) = appraised.observed(&kept, now);
        expected.averaged_at = now;
        let hash = keccak256(told.words.concat());
        if now - kept.taken_at[0] >= kept.terms.secs(HedgeTerm::CheckpointSecs) {
            expected.hashes = [hash, kept.hashes[0]];
            expected.taken_at = [now, kept.taken_at[0]];
            self.course.here.inventories.insert(hash, told.words);
        }
        let after = self.picture();
        assert_eq!(after.hedger, expected, "what a checkpoint keeps");
        assert!(Picture { hedger: expected, ..before } == after, "a checkpoint moves nothing else");
        self.reach("a window opens", !kept.window.is_open() && after.hedger.window.is_open());
        self.reach("a window closes", kept.window.is_open() && !after.hedger.window.is_open());
        Ok(())
    }

    fn tend_hedge(&mut self, by: u8) -> Result<(), Failure> {
        let (hedger, before) = (self.own.hedging.hedges.hedger, self.picture());
        self.tell(by, hedger, &IHedger::tendCall {})?;
        assert!(self.picture() == before, "there is no debt to tend");
        Ok(())
    }

    /// By the owner, or by somebody who may not.
    fn set_venue(&mut self, by: Option<u8>, dollars: u32, is_closing: bool) -> Result<(), Failure> {
        let owner = self.market.world.owner;
        let from = by.map_or(owner, |who| self.actors.address(who));
        let (hedger, venue) = (self.own.hedging.hedges.hedger, self.own.hedging.hedges.filler);
        let (before, cap) = (self.picture(), wad(dollars.into()));
        let sent = if is_closing {
            self.send(from, hedger, &IHedger::closeVenueCall { venue })
        } else {
            self.send(from, hedger, &IHedger::setVenueCall { venue, capWad: cap })
        };
        match &sent {
            Ok(_) => {
                assert_eq!(from, owner, "somebody opens or closes a venue");
                let hedger = crate::slots::hedging::Hedger {
                    cap_wad: cap.to(),
                    epoch: before.hedger.epoch + 1,
                    ..before.hedger.clone()
                };
                assert!(Picture { hedger, ..before } == self.picture(), "a venue moves nothing else");
            }
            Err(refused) => refused.expect(&CallerNotOwner { caller: from, owner }),
        }
        sent.map(drop)
    }

    fn set_hedge_terms(&mut self, seed: u32, count: u8, is_narrow: bool) -> Result<(), Failure> {
        let mut draw = Draw::new(seed.into());
        let mut numbers = HedgeTerms::default().all_millionths();
        if is_narrow {
            (numbers[0], numbers[1]) = (500 + draw.below(2_000) as u32, 3_000 + draw.below(3_000) as u32);
            // Now and then a rebalance may cost next to nothing.
            numbers[10 + draw.below(2) as usize] >>= 8 * u8::from(draw.below(5) == 0);
        }
        for _ in 0..count {
            let place = draw.below(TERM_RULES.len() as u64) as usize;
            numbers[place] = super::owner::drawn(&mut draw, TERM_RULES[place].min, TERM_RULES[place].max);
        }
        let (owner, hedger) = (self.market.world.owner, self.own.hedging.hedges.hedger);
        let result = self.send(owner, hedger, &IHedger::setTermsCall { millionths: numbers.to_vec() });
        assert_eq!(result.is_ok(), HedgeTerms::new(numbers).is_ok(), "terms in their bounds are taken");
        if let (Ok(_), Ok(terms)) = (&result, HedgeTerms::new(numbers)) {
            assert_eq!(self.picture().hedger.terms, terms);
        }
        result.map(drop)
    }

    /// What anybody sends the hedger is nobody's.
    fn give_coins(&mut self, atoms: u32) -> Result<(), Failure> {
        let (hedger, coin, solver) = (self.own.hedging.hedges.hedger, self.own.hedging.coin, self.own.hedging.solver);
        let transfer = equipoise_tests::Stablecoin::transferCall { to: hedger, value: U256::from(atoms) };
        let nav = |life: &Self| life.moment().map(|moment| life.picture().native().nav_atoms(moment));
        let before = nav(self);
        let call = Hedging::relayed(coin, alloy_sol_types::SolCall::abi_encode(&transfer));
        self.tell(0, solver, &call)?;
        self.course.here.given += u128::from(atoms);
        assert_eq!(nav(self), before, "a gift is nobody's");
        Ok(())
    }

    /// The legs that these stand for now; none if there is nothing to hedge.
    fn fills(&self, fills: &[FillOf]) -> Option<Vec<HedgeLeg>> {
        let moment = self.moment()?;
        let to_hedge = self.before().native().atoms_to_hedge(moment)?;
        let held = self.before().hedger.atoms.cast_signed();
        let leg = |fill: &FillOf| {
            let atoms = match fill.size {
                FillSize::Hundredths(hundredths) => to_hedge * i128::from(hundredths) / 100,
                FillSize::Milli(milli) => i128::from(milli) * 1_000,
                FillSize::All => -held,
            };
            // More than is held nobody can sell.
            let atoms = if matches!(fill.size, FillSize::Hundredths(_)) { atoms.max(-held) } else { atoms };
            let worse = if atoms > 0 { fill.worse_millionths } else { -fill.worse_millionths };
            let part = U256::from((1_000_000 + i64::from(worse)).max(0));
            let venue = if fill.is_elsewhere { self.market.market } else { self.own.hedging.hedges.filler };
            let price = moment.spot_wad * part / U256::from(1_000_000);
            HedgeLeg { venue, quantityAtoms: signed(atoms), limitPriceWad: price }
        };
        let legs: Vec<HedgeLeg> = fills.iter().map(leg).collect();
        let is_nothing =
            |(fill, leg): (&FillOf, &HedgeLeg)| fill.size != FillSize::Milli(0) && leg.quantityAtoms.is_zero();
        (fills.is_empty() || !fills.iter().zip(&legs).all(is_nothing)).then_some(legs)
    }

    /// A request with what is wrong with it, and the inventory that it compares with.
    fn request(&self, legs: &[HedgeLeg], most_tip: u64, flaw: Flaw) -> (RebalanceRequest, Vec<B256>) {
        let (kept, now) = (&self.before().hedger, self.now());
        let request = RebalanceRequest {
            riskEpoch: kept.epoch + u64::from(flaw == Flaw::WrongEpoch),
            minPriceAt: if flaw == Flaw::YoungPrice { now + 1 } else { 0 },
            deadline: if flaw == Flaw::Late { now - 1 } else { FAR },
            maxTipAtoms: U256::from(most_tip),
            legs: legs.to_vec(),
        };
        let is_old = |at: u64| at != 0 && now - at >= kept.terms.secs(HedgeTerm::CheckpointSecs);
        let place = usize::from(flaw != Flaw::YoungWords && !is_old(kept.taken_at[0]) && is_old(kept.taken_at[1]));
        let words = self.course.here.inventories.get(&kept.hashes[place]).cloned().unwrap_or_default();
        (request, if flaw == Flaw::WrongWords { [&words[..], &[B256::ZERO]].concat() } else { words })
    }
}

/// What legs move if they are filled as somebody delivers; none if he delivers too little.
fn moved(legs: &[HedgeLeg], held: u128, delivery: Delivery) -> Option<Moved> {
    match delivery {
        Delivery::Short(0) | Delivery::Honest | Delivery::Enter(_) => Some(Moved::by(legs, held, 0)),
        Delivery::Beyond(atoms) => Some(Moved::by(legs, held, atoms.into())),
        Delivery::Short(_) => None,
    }
}

fn told_of(receipt: &equipoise_chain::Receipt) -> Rebalanced {
    let mut told = World::events::<Rebalanced>(receipt);
    assert_eq!(told.len(), 1, "a rebalance tells itself once");
    told.remove(0)
}

fn beyond(delivery: Delivery) -> I256 {
    signed(match delivery {
        Delivery::Honest | Delivery::Enter(_) => 0,
        Delivery::Short(atoms) => -i128::from(atoms),
        Delivery::Beyond(atoms) => i128::from(atoms),
    })
}
