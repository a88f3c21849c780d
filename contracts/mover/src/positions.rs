//! Positions as legs.

use equipoise_interfaces::series::Series;
use equipoise_interfaces::Leg;
use equipoise_market_state::convert::size_wad;
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::Lots;

/// The legs by which an account would sell all it holds of a board.
pub fn sale_of(board: u16, held: &[Holding], legs: &mut Vec<Leg>) {
    for (strike, holding) in (0u8..).zip(held) {
        for (lots, is_put) in [(holding.calls, false), (holding.puts, true)] {
            if lots != Lots::ZERO {
                let size = size_wad(lots).wrapping_neg();
                legs.push(Leg { series: Series { board, strike, is_put }.id(), sizeWad: size });
            }
        }
    }
}
