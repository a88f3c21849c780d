//! The writer of price-history files.

use std::io::{self, Write};

use super::PriceHistory;

/// Writes `history` as candles that [`read_prices`](super::read_prices) reads back to the last bit.
/// # Errors: those of `output`
pub fn write_prices(history: &PriceHistory, mut output: impl Write) -> io::Result<()> {
    writeln!(output, "timestamp,open,high,low,close")?;
    for point in &history.points {
        let (time, open, high) = (point.time, point.open, point.high);
        writeln!(output, "{time},{open},{high},{},{}", point.low, point.close)?;
    }
    output.flush()
}
