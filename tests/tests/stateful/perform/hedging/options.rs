//! Options that an actor trades with the vault for a tip, out of his own account.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::{account, IClearing, IDealer, Leg, OptionLeg, OptionTraded, OptionsHedged, OptionsRequest};
use equipoise_risk::units::Atoms;
use equipoise_tests::{Failure, World};

use crate::action::hedging::Flaw;
use crate::double::{lots_of, scale};
use crate::fixture::{call_of, leg, narrow, FAR, LOT};
use crate::life::{Life, Outcome};
use crate::native::wad_of;
use crate::slots::Picture;

/// What options must live: two days.
const LEAST_LIFE_SECS: u64 = 2 * 86_400;

/// An accepted trade, as it was asked for and told.
struct Done {
    before: Picture,
    after: Picture,
    account: B256,
    words: Vec<B256>,
    most_tip: u64,
    traded: OptionTraded,
    told: OptionsHedged,
}

impl Life {
    pub(super) fn hedge_options(
        &mut self,
        by: u8,
        (board, series, hundredths): (u8, u8, i16),
        most_tip: u64,
    ) -> Outcome {
        let account = account::of(self.actors.address(by));
        let legs = self.back_to_the_vault(board, series, hundredths);
        if legs.is_empty() {
            return Outcome::idle();
        }
        let result = self.trade_for_a_tip(by, account, &legs, most_tip);
        Outcome::of(result, &[account])
    }

    /// Of what the vault holds most of in a board, and what it is short of.
    fn back_to_the_vault(&self, board: u8, series: u8, hundredths: i16) -> Vec<Leg> {
        let (picture, now) = (self.before(), self.now());
        let mut live = picture.live();
        // Mostly of what lives for long enough to be paid for.
        let least = if board < 240 { LEAST_LIFE_SECS } else { 0 };
        live.retain(|id| picture.boards[id].is_open(now) && picture.boards[id].header.expiry >= now + least);
        let Some(id) = live.get(usize::from(board) % live.len().max(1)) else { return Vec::new() };
        let mut held: Vec<_> = lots_of(&picture.boards[id].inventory).into_iter().enumerate().collect();
        held.sort_by_key(|(_, lots)| -lots.abs());
        let part = |lots: i128| lots * i128::from(hundredths) / 100;
        let most = held.into_iter().take(series.into()).filter(|(_, lots)| part(*lots) != 0);
        most.map(|(place, lots)| leg(call_of(*id, 0) + place as u32, part(lots) * LOT)).collect()
    }

    fn trade_for_a_tip(&mut self, by: u8, account: B256, legs: &[Leg], most_tip: u64) -> Result<(), Failure> {
        let (from, hedger, clearing) = (self.actors.address(by), self.own.hedging.hedges.hedger, self.market.clearing);
        self.send(from, clearing, &IClearing::setOperatorCall { operator: hedger, until: FAR })?;
        let before = self.picture();
        let (request, words) = self.request(&[], most_tip, Flaw::None);
        let request = OptionsRequest {
            riskEpoch: request.riskEpoch,
            minPriceAt: 0,
            deadline: FAR,
            maxTipAtoms: U256::from(most_tip),
            minTipAtoms: U256::ZERO,
            account,
            maxCostAtoms: I256::MAX,
            legs: legs.iter().map(|leg| OptionLeg { series: leg.series, sizeWad: leg.sizeWad }).collect(),
        };
        let call = IDealer::hedgeOptionsCall { request, words: words.clone() };
        let receipt = self.send(from, hedger, &call)?;
        let traded = World::events::<OptionTraded>(&receipt).remove(0);
        let told = World::events::<OptionsHedged>(&receipt).remove(0);
        assert_eq!((traded.account, &traded.legs[..], told.account), (account, legs, account));
        let after = self.picture();
        let done = Done { before, after, account, words, most_tip, traded, told };
        self.follow_options(&done);
        self.require_rules_of_options(&done);
        self.require_margin_after(&done.before, account, legs);
        self.reach("options are traded for a tip", !done.told.tipAtoms.is_zero());
        Ok(())
    }

    /// The market's double trades, and pays the tip.
    fn follow_options(&mut self, done: &Done) {
        let Done { before, after, account, traded, told, .. } = done;
        let moment = self.moment().expect("nothing trades without a price");
        let mut native = before.native();
        native.look_again(moment).expect("nothing trades without capital");
        let offer = native.offer(moment, &traded.legs);
        assert_eq!(traded.quoted, offer.quote, "a trade for a tip costs what any trade costs");
        native.trade(&traded.legs, &offer);
        let tip = Atoms::new(told.tipAtoms.to());
        native.cash = native.cash.minus(tip).unwrap();
        native.reserve.balance = native.reserve.balance.minus(tip.min(native.reserve.balance)).unwrap();
        native.require_same(&after.native());
        let cost = narrow(traded.quoted.costAtoms);
        assert_eq!(told.costAtoms, traded.quoted.costAtoms);
        assert_eq!(after.cash(*account), before.cash(*account) - cost, "the account pays the cost");
        let [was, is] = [before, after].map(|picture| picture.native().nav_atoms(moment));
        assert!(is >= was - tip.count(), "a trade for a tip takes the net asset value from {was} to {is}");
    }

    /// The tip, the windows and the budget are what the rules say; of hedges nothing moves.
    fn require_rules_of_options(&mut self, done: &Done) {
        let Done { before, after, words, most_tip, traded, told, .. } = done;
        let (moment, now) = (self.moment().unwrap(), self.now());
        let appraised = |picture: &Picture| picture.native().appraised(moment, words).unwrap();
        let (was, is) = (appraised(before), appraised(after));
        let expiry = traded.legs.iter().map(|leg| before.boards[&((leg.series >> 8) as u16)].header.expiry).min();
        let (kept, native) = (&before.hedger, before.native());
        let net = self.counted_at_lender(before).net(kept.atoms);
        let cost = narrow(traded.quoted.costAtoms);
        let rules = (kept, &native.parameters);
        let accepted = was.judged_options(rules, &is, (cost, net, *most_tip), (expiry.unwrap(), now));
        let accepted = accepted.unwrap_or_else(|refused| panic!("the rules refuse it: {refused:?}"));
        assert_eq!(told.tipAtoms, U256::from(scale().atoms_floor(accepted.tip).unwrap().count()));
        assert_eq!((told.gainWad, told.lostWad), (wad_of(accepted.gain.fx()), wad_of(accepted.lost.fx())));
        let mut expected = kept.clone();
        (expected.window, expected.options_window) = (accepted.window, accepted.options_window);
        expected.options_budget = accepted.budget;
        (expected.average, expected.averaged_at) = (was.average(kept, now), now);
        assert_eq!(after.hedger, expected, "what a trade of options moves of the hedger");
    }
}
