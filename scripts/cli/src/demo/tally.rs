//! Running totals of a demo.

use std::collections::BTreeMap;

use equipoise_interfaces::{OptionTraded, Quote};

use crate::reverts::Reason;
use crate::units::{from_unsigned_wad, from_wad, narrow, narrow_unsigned, TOKEN_ATOMS};

/// What trades came to. Money in atoms.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Trades.
    pub trades: u64,
    /// Refused trades by typed error.
    pub rejected: BTreeMap<String, u64>,
    /// The first refusal of each kind, with its values.
    pub rejected_first: BTreeMap<String, String>,
    /// Contracts over all legs.
    pub contracts: f64,
    /// Contracts times spot.
    pub notional: i128,
    /// Premium at mid, without sign.
    pub premium: i128,
    /// Premium at mid, what traders paid less what they were paid.
    pub mid: i128,
    /// Half spreads.
    pub spread: i128,
    /// Fees.
    pub fees: i128,
    /// Charges for risk added.
    pub skew_charges: i128,
    /// Paid for risk taken away.
    pub rebates: i128,
    /// What settlements moved to the vault.
    pub vault_payoffs: i128,
    /// Trades whose cost was not the sum of its parts.
    pub miscounted: u64,
    /// Series whose positions did not add up to zero before they settled.
    pub unbalanced_series: u64,
    /// The lowest net asset value seen.
    pub nav_low: Option<i128>,
}

impl Tally {
    /// Enters a trade.
    pub fn note(&mut self, traded: &OptionTraded) {
        let Quote { costAtoms, midAtoms, skewAtoms, spreadAtoms, feeAtoms, spotWad } = &traded.quoted;
        let (mid, skew) = (narrow(*midAtoms), narrow(*skewAtoms));
        let (spread, fee) = (narrow_unsigned(*spreadAtoms), narrow_unsigned(*feeAtoms));
        let contracts: f64 = traded.legs.iter().map(|leg| from_wad(leg.sizeWad).abs()).sum();
        self.trades += 1;
        self.contracts += contracts;
        self.notional += (contracts * from_unsigned_wad(*spotWad) * TOKEN_ATOMS as f64).round() as i128;
        self.premium += mid.abs();
        self.mid += mid;
        self.spread += spread;
        self.fees += fee;
        self.skew_charges += skew.max(0);
        self.rebates += (-skew).max(0);
        if mid + skew + spread + fee != narrow(*costAtoms) {
            self.miscounted += 1;
        }
    }

    /// Enters a refusal.
    pub fn reject(&mut self, reason: &Reason) {
        *self.rejected.entry(reason.name.clone()).or_default() += 1;
        self.rejected_first.entry(reason.name.clone()).or_insert_with(|| reason.text.clone());
    }

    /// Enters a net asset value.
    pub fn see_nav(&mut self, atoms: i128) {
        self.nav_low = Some(self.nav_low.map_or(atoms, |low| low.min(atoms)));
    }
}
