//! What each further unit costs at a Uniswap v3 pool.
//!
//! Between two ticks a pool is a product of two reserves: from the root `r` of its price to another, `L (1/r - 1/r')` of the
//! underlying go out for `L (r' - r)` of the stablecoin, so that a unit costs `r r'` on average, and the fee. The curve is cut into
//! short pieces, each at its average price: never cheaper than the pool.

use crate::venue::Tier;

/// Pieces of one side, short near the price and longer further away.
const PIECES: i32 = 32;
/// The price of one tick.
const TICK: f64 = 1.0001;
const MILLION: f64 = 1e6;

/// A pool, as far as its ticks have been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// The root of its price, of token 1 in token 0, in atoms.
    pub root: f64,
    /// The liquidity between the ticks around it.
    pub liquidity: f64,
    /// What is taken of what goes in, in millionths.
    pub fee: u32,
    /// Ticks where the liquidity changes, and by how much it does where the price rises past them, in order.
    pub ticks: Vec<(i32, f64)>,
    /// The ticks between which all of those have been read.
    pub read: [i32; 2],
    /// Whether the underlying is its token 0.
    pub is_base_token0: bool,
    /// Of the underlying and of the stablecoin.
    pub decimals: [u8; 2],
}

impl Pool {
    /// The price of the underlying.
    pub fn price(&self) -> f64 {
        self.in_quote(self.own_root().powi(2))
    }

    /// Where the vault buys, up to a marginal price.
    pub fn buys(&self, most: f64) -> Vec<Tier> {
        self.tiers(most, true)
    }

    /// Where the vault sells, down to a marginal price.
    pub fn sells(&self, least: f64) -> Vec<Tier> {
        self.tiers(least, false)
    }

    fn tiers(&self, last: f64, is_up: bool) -> Vec<Tier> {
        let kept = 1.0 - f64::from(self.fee) / MILLION;
        let unit = 10_f64.powi(i32::from(self.decimals[0]));
        let end = self.limit(if is_up { last * kept } else { last / kept }, is_up);
        let (mut root, mut liquidity) = (self.own_root(), self.liquidity);
        let mut tiers = Vec::new();
        for (next, change) in self.stops(end, is_up) {
            let (low, high) = if is_up { (root, next) } else { (next, root) };
            let amount = liquidity * (1.0 / low - 1.0 / high) / unit;
            let price = self.in_quote(low * high);
            let tier = if is_up {
                Tier { units: amount, price: price / kept }
            } else {
                Tier { units: amount / kept, price: price * kept }
            };
            if amount > 0.0 && amount.is_finite() {
                tiers.push(tier);
            }
            (root, liquidity) = (next, (liquidity + change).max(0.0));
        }
        tiers
    }

    /// The roots at which pieces end, each with the change of liquidity there, away from the present price.
    fn stops(&self, end: f64, is_up: bool) -> Vec<(f64, f64)> {
        let (start, sign) = (self.own_root(), if is_up { 1.0 } else { -1.0 });
        let is_between = |root: f64| sign * (root - start) > 0.0 && sign * (end - root) >= 0.0;
        let share = |piece: i32| (f64::from(piece) / f64::from(PIECES)).powi(2);
        let pieces = (1..=PIECES).map(|piece| (start + (end - start) * share(piece), 0.0));
        // Where the underlying is token 1, its price rises where the ticks fall.
        let way = if self.is_base_token0 == is_up { 1.0 } else { -1.0 };
        let ticks = self.ticks.iter().map(|(tick, net)| (self.root_of(*tick), way * net));
        let mut stops: Vec<(f64, f64)> = pieces.chain(ticks).filter(|(root, _)| is_between(*root)).collect();
        stops.sort_by(|one, other| (sign * one.0).total_cmp(&(sign * other.0)));
        stops
    }

    /// The root of a price of the underlying, not further than the ticks have been read.
    fn limit(&self, price: f64, is_up: bool) -> f64 {
        let atoms = price * 10_f64.powi(i32::from(self.decimals[1]) - i32::from(self.decimals[0]));
        let [one, other] = self.read.map(|tick| self.root_of(tick));
        if is_up {
            atoms.sqrt().min(one.max(other)).max(self.own_root())
        } else {
            atoms.max(0.0).sqrt().max(one.min(other)).min(self.own_root())
        }
    }

    /// The root of the price of the underlying, in atoms.
    fn own_root(&self) -> f64 {
        if self.is_base_token0 {
            self.root
        } else {
            1.0 / self.root
        }
    }

    fn root_of(&self, tick: i32) -> f64 {
        let half = f64::from(tick) / 2.0;
        TICK.powf(if self.is_base_token0 { half } else { -half })
    }

    /// A price in atoms, in whole units.
    fn in_quote(&self, price: f64) -> f64 {
        price * 10_f64.powi(i32::from(self.decimals[0]) - i32::from(self.decimals[1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(is_base_token0: bool) -> Pool {
        let atoms = 3_000.0 * 1e6 / 1e18;
        let price: f64 = if is_base_token0 { atoms } else { 1.0 / atoms };
        let tick = price.ln() / TICK.ln();
        Pool {
            root: price.sqrt(),
            liquidity: 1e18,
            fee: 500,
            ticks: vec![(tick as i32 - 20, 5e17), (tick as i32 + 20, -5e17)],
            read: [tick as i32 - 2_000, tick as i32 + 2_000],
            is_base_token0,
            decimals: [18, 6],
        }
    }

    #[test]
    fn both_orders_of_the_tokens_offer_the_same() {
        let [one, other] = [true, false].map(pool);
        for (mine, theirs) in [(one.buys(3_030.0), other.buys(3_030.0)), (one.sells(2_970.0), other.sells(2_970.0))] {
            let sum = |tiers: &[Tier]| tiers.iter().map(|tier| tier.units).sum::<f64>();
            let cost = |tiers: &[Tier]| tiers.iter().map(|tier| tier.units * tier.price).sum::<f64>();
            // The ticks are whole: their distances from the price are not quite the same.
            assert!((sum(&mine) / sum(&theirs) - 1.0).abs() < 0.05, "{} and {}", sum(&mine), sum(&theirs));
            assert!((cost(&mine) / cost(&theirs) - 1.0).abs() < 0.05);
        }
    }

    #[test]
    fn prices_get_worse_and_begin_at_the_fee() {
        let pool = pool(true);
        let (buys, sells) = (pool.buys(3_030.0), pool.sells(2_970.0));
        assert!(buys.is_sorted_by(|one, other| one.price < other.price) && buys[0].price > 3_001.5);
        assert!(sells.is_sorted_by(|one, other| one.price > other.price) && sells[0].price < 2_998.5);
        assert!(buys.last().unwrap().price <= 3_030.0 && sells.last().unwrap().price >= 2_970.0);
    }

    /// One range of liquidity: the closed form of a product of reserves.
    #[test]
    fn what_all_pieces_cost_is_what_the_product_costs() {
        let mut pool = pool(true);
        pool.ticks.clear();
        let buys = pool.buys(3_060.0);
        let units: f64 = buys.iter().map(|tier| tier.units).sum();
        let cost: f64 = buys.iter().map(|tier| tier.units * tier.price).sum();
        let base = 1e18 / pool.root / 1e18;
        let quote = 1e18 * pool.root / 1e6;
        let expected = quote * units / (base - units) / (1.0 - 0.0005);
        assert!((cost / expected - 1.0).abs() < 1e-9, "{cost} for {expected}");
    }

    #[test]
    fn liquidity_falls_past_a_tick_where_it_ends() {
        let pool = pool(true);
        let depth = |tiers: &[Tier]| tiers.iter().map(|tier| tier.units).sum::<f64>();
        let mut deep = pool.clone();
        deep.ticks.clear();
        assert!(depth(&pool.buys(3_060.0)) < 0.7 * depth(&deep.buys(3_060.0)));
        assert!(depth(&pool.sells(2_940.0)) < 0.7 * depth(&deep.sells(2_940.0)));
        let mut unread = deep.clone();
        unread.read = [i32::MIN / 4, (unread.root.powi(2).ln() / TICK.ln()) as i32 + 10];
        assert!(depth(&unread.buys(3_060.0)) < 0.2 * depth(&deep.buys(3_060.0)), "nobody knows what is beyond");
    }
}
