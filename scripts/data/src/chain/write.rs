//! The writer of option-chain files.

use std::io::{self, Write};

use super::Chain;

const HEADER: &str = "timestamp,currency,option_type,strike,expiry_datetime,bid_price,ask_price,\
mark_price,implied_volatility,open_interest,underlying,index_price";

/// Writes `chain` in the format that [`read_chain`](super::read_chain) reads: reading it back gives
/// the same chain, to the last bit.
/// # Errors: those of `output`
pub fn write_chain(chain: &Chain, mut output: impl Write) -> io::Result<()> {
    writeln!(output, "{HEADER}")?;
    let blank = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for (expiry, quote) in chain.expiries.iter().flat_map(|each| each.quotes.iter().map(|quote| (each.expiry, quote))) {
        writeln!(
            output,
            "{},{},{},{},{},{},{},{},{},{},{},{}",
            chain.observed_at,
            chain.currency,
            if quote.is_put { "put" } else { "call" },
            quote.strike,
            expiry,
            blank(quote.bid),
            blank(quote.ask),
            blank(quote.mark),
            blank(quote.mark_iv),
            quote.open_interest,
            quote.forward,
            chain.spot,
        )?;
    }
    output.flush()
}
