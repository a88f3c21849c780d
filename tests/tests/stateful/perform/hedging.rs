//! Checkpoints, rebalances, and what the owner and the guardian do of the hedger.

use alloy_primitives::{keccak256, Address, B256, I256, U256};
use equipoise_interfaces::{CallerNotOwner, CheckpointTaken, HedgeLeg, IHedger, RebalanceRequest, Rebalanced};
use equipoise_risk::hedge::Hedge;
use equipoise_risk::rebalance::{HedgeTerm, HedgeTerms, TERM_RULES};
use equipoise_risk::units::Money;
use equipoise_tests::{Failure, Hedging, World};

use crate::action::hedging::{Delivery, FillOf, FillSize, Flaw, Where};
use crate::action::HedgeAction;
use crate::double::hedging::units_floor;
use crate::fixture::{signed, wad, FAR};
use crate::generate::Draw;
use crate::life::{Life, Outcome};
use crate::slots::Picture;

mod doors;
mod options;
mod rebalance;
mod tend;

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
            HedgeAction::HedgeOptions { by, board, series, hundredths, most_tip } => {
                return self.hedge_options(*by, (*board, *series, *hundredths), *most_tip);
            }
            HedgeAction::Tend { by } => self.tend_hedge(*by),
            HedgeAction::CloseVenue { by, place } => self.set_venue(*by, *place, None),
            HedgeAction::OpenVenue { by, place, dollars } => self.set_venue(*by, *place, Some(*dollars)),
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
        let net = self.counted_at_lender(&before).net(kept.atoms);
        let mut expected = kept.clone();
        ([expected.window, expected.options_window], expected.average) = appraised.observed(&kept, net, now);
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

    /// By the owner, or by somebody who may not; closes it if nothing is to be filled.
    fn set_venue(&mut self, by: Option<u8>, place: Where, dollars: Option<u32>) -> Result<(), Failure> {
        let owner = self.market.world.owner;
        let from = by.map_or(owner, |who| self.actors.address(who));
        let (hedger, venue) = (self.own.hedging.hedges.hedger, self.venue(place));
        let (before, cap) = (self.picture(), wad(dollars.unwrap_or(0).into()));
        let sent = if dollars.is_none() {
            self.send(from, hedger, &IHedger::closeVenueCall { venue })
        } else {
            self.send(from, hedger, &IHedger::setVenueCall { venue, capWad: cap })
        };
        match &sent {
            Ok(_) => {
                assert_eq!(from, owner, "somebody opens or closes a venue");
                let mut expected = before;
                let places = [Where::Solver, Where::Pool, Where::Lender].map(|place| self.venue(place));
                let mine = places.iter().position(|place| *place == venue).unwrap();
                expected.hedger.caps[mine] = cap.to();
                expected.hedger.epoch += 1;
                if dollars.is_none() && mine == Where::Lender as usize {
                    // What lies with a lender who is closed is written off.
                    self.course.here.told = [0; 2];
                    expected.hedge =
                        Hedge { units: units_floor(expected.hedger.atoms.cast_signed()), cash: Money::ZERO };
                    self.reach("a lender is written off", expected.hedger.scaled[1] != 0);
                }
                assert!(expected == self.picture(), "a venue moves nothing else");
            }
            Err(refused) => refused.expect(&CallerNotOwner { caller: from, owner }),
        }
        sent.map(drop)
    }

    /// Where that is; everything is at the solver's where nothing else is installed.
    fn venue(&self, place: Where) -> Address {
        let (filler, places) = (self.own.hedging.hedges.filler, self.own.places);
        match place {
            Where::Solver => filler,
            Where::Pool => places.map_or(filler, |places| places.pool_venue),
            Where::Lender => places.map_or(filler, |places| places.lender),
            Where::Nowhere => self.market.market,
        }
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
    fn fills(&mut self, fills: &[FillOf]) -> Option<Vec<(Where, HedgeLeg)>> {
        let moment = self.moment()?;
        let to_hedge = self.before().native().atoms_to_hedge(moment)?;
        let account = self.account_at_lender();
        let kept = &self.before().hedger;
        let (held, net) = (kept.atoms.cast_signed(), account.net(kept.atoms));
        let is_lent = kept.caps[Where::Lender as usize] != 0;
        let leg = |fill: &FillOf| {
            let atoms = match fill.size {
                FillSize::Hundredths(hundredths) => to_hedge * i128::from(hundredths) / 100,
                FillSize::Milli(milli) => i128::from(milli) * 1_000,
                FillSize::All => -net,
            };
            // More than is held nobody can sell unless somebody lends it.
            let is_bounded = matches!(fill.size, FillSize::Hundredths(_)) && !is_lent;
            let atoms = if is_bounded { atoms.max(-held) } else { atoms };
            let worse = if atoms > 0 { fill.worse_millionths } else { -fill.worse_millionths };
            let part = U256::from((1_000_000 + i64::from(worse)).max(0));
            let price = moment.spot_wad * part / U256::from(1_000_000);
            // Without a pool the solver delivers what it would.
            let place = if self.own.places.is_none() && fill.place == Where::Pool { Where::Solver } else { fill.place };
            (place, HedgeLeg { venue: self.venue(place), quantityAtoms: signed(atoms), limitPriceWad: price })
        };
        let legs: Vec<_> = fills.iter().map(leg).collect();
        let is_nothing = |(fill, (_, leg)): (&FillOf, &(Where, HedgeLeg))| {
            fill.size != FillSize::Milli(0) && leg.quantityAtoms.is_zero()
        };
        (fills.is_empty() || !fills.iter().zip(&legs).all(is_nothing)).then_some(legs)
    }

    /// A request with what is wrong with it, and the inventory that it compares with.
    fn request(&self, legs: &[(Where, HedgeLeg)], most_tip: u64, flaw: Flaw) -> (RebalanceRequest, Vec<B256>) {
        let (kept, now) = (&self.before().hedger, self.now());
        let request = RebalanceRequest {
            riskEpoch: kept.epoch + u64::from(flaw == Flaw::WrongEpoch),
            minPriceAt: if flaw == Flaw::YoungPrice { now + 1 } else { 0 },
            deadline: if flaw == Flaw::Late { now - 1 } else { FAR },
            maxTipAtoms: U256::from(most_tip),
            legs: legs.iter().map(|(_, leg)| leg.clone()).collect(),
        };
        let is_old = |at: u64| at != 0 && now - at >= kept.terms.secs(HedgeTerm::CheckpointSecs);
        let place = usize::from(flaw != Flaw::YoungWords && !is_old(kept.taken_at[0]) && is_old(kept.taken_at[1]));
        let words = self.course.here.inventories.get(&kept.hashes[place]).cloned().unwrap_or_default();
        (request, if flaw == Flaw::WrongWords { [&words[..], &[B256::ZERO]].concat() } else { words })
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
