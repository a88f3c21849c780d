//! Where hedges are filled, and what each further unit costs there.

/// So many units at one price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tier {
    /// Of the underlying.
    pub units: f64,
    /// Of one of them, all costs of the venue's included.
    pub price: f64,
}

/// A venue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Venue {
    /// What may be filled at it at once, in the stablecoin at spot.
    pub cap: f64,
    /// Where the vault buys, by rising price.
    pub buys: Vec<Tier>,
    /// Where the vault sells, by falling price.
    pub sells: Vec<Tier>,
    /// How much worse than expected a fill may come out, as a share of its price: the limit price has it on top. Zero where a fill
    /// costs its limit.
    pub slack: f64,
}

impl Venue {
    /// Its tiers for one side.
    pub(crate) fn tiers(&self, is_buy: bool) -> &[Tier] {
        if is_buy {
            &self.buys
        } else {
            &self.sells
        }
    }
}
