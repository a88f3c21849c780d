//! What there is to keep, as the vault tells it: its markets with their oracles and feeds, and the clearing house.

use alloy_primitives::Address;
use equipoise_interfaces::{IOracle, IVault};

use super::client::Client;
use super::error::KeepError;

/// A market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketSite {
    /// The market.
    pub market: Address,
    /// Its oracle.
    pub oracle: Address,
    /// The feed that the oracle reads.
    pub feed: Address,
}

/// Everything that a vault stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The vault.
    pub vault: Address,
    /// The clearing house.
    pub clearing: Address,
    /// The markets, by the numbers that the clearing house has given them.
    pub markets: Vec<MarketSite>,
}

impl Site {
    /// Asks the vault.
    /// # Errors: [`KeepError::Reverted`], [`KeepError::Answer`], the connection's
    pub fn of(client: &mut dyn Client, vault: Address) -> Result<Self, KeepError> {
        let clearing = client.view(vault, &IVault::clearingCall {})?;
        let mut markets = Vec::new();
        for allocation in client.view(vault, &IVault::allocationsCall {})? {
            let feed = client.view(allocation.oracle, &IOracle::feedCall {})?;
            markets.push(MarketSite { market: allocation.market, oracle: allocation.oracle, feed });
        }
        Ok(Self { vault, clearing, markets })
    }

    /// The market that is named, or the only one.
    /// # Errors: [`KeepError::MarketUnknown`]
    pub fn market(&self, named: Option<Address>) -> Result<MarketSite, KeepError> {
        let mut meant = self.markets.iter().filter(|site| named.is_none_or(|named| named == site.market));
        if let (Some(only), None) = (meant.next(), meant.next()) {
            return Ok(*only);
        }
        let all: Vec<String> = self.markets.iter().map(|site| site.market.to_string()).collect();
        let named = named.map_or_else(|| "none is named".to_owned(), |named| format!("{named} is none"));
        Err(KeepError::MarketUnknown { named, markets: all.join(", ") })
    }

    /// The markets of a bit set, by their numbers.
    pub fn held(&self, bits: u8) -> impl Iterator<Item = MarketSite> + '_ {
        let numbered = self.markets.iter().enumerate();
        numbered.filter(move |(number, _)| bits >> number & 1 == 1).map(|(_, site)| *site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(markets: &[u8]) -> Site {
        let market = |number: &u8| MarketSite {
            market: Address::repeat_byte(*number),
            oracle: Address::repeat_byte(0xa0),
            feed: Address::repeat_byte(0xfe),
        };
        Site { vault: Address::ZERO, clearing: Address::ZERO, markets: markets.iter().map(market).collect() }
    }

    #[test]
    fn the_only_market_need_not_be_named_and_one_of_several_must() {
        let (one, two) = (site(&[1]), site(&[1, 2]));
        assert_eq!(one.market(None).unwrap(), one.markets[0]);
        assert_eq!(two.market(Some(Address::repeat_byte(2))).unwrap(), two.markets[1]);
        for (site, named) in [(&two, None), (&two, Some(Address::repeat_byte(3))), (&one, Some(Address::ZERO))] {
            assert!(matches!(site.market(named), Err(KeepError::MarketUnknown { .. })), "{named:?}");
        }
    }

    #[test]
    fn the_markets_of_a_bit_set_are_those_of_its_numbers() {
        let site = site(&[1, 2, 3]);
        let held = |bits| site.held(bits).map(|site| site.market[0]).collect::<Vec<_>>();
        assert_eq!([held(0), held(0b101), held(0b010)], [vec![], vec![1, 3], vec![2]]);
    }
}
