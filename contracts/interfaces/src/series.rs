//! Series ids: `board << 8 | strike << 1 | put`.

/// Strikes of a board at most.
pub const MAX_STRIKES: usize = 16;
/// Series of a board at most: a call and a put per strike.
pub const MAX_SERIES: usize = 32;

/// Legs of a trade at most.
pub const MAX_LEGS: usize = 8;

/// One series, decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// The board's id; boards are numbered from 1 and never reused.
    pub board: u16,
    /// The place of the strike in its board, from the lowest.
    pub strike: u8,
    /// Whether it is a put.
    pub is_put: bool,
}

impl Series {
    /// The series as a number of the ABI.
    pub const fn id(self) -> u32 {
        let [high, low] = self.board.to_be_bytes();
        let put = if self.is_put { 1 } else { 0 };
        u32::from_be_bytes([0, high, low, (self.strike & 0x7f) << 1 | put])
    }

    /// Decodes a number of the ABI, if its top byte is clear.
    pub const fn from_id(id: u32) -> Option<Self> {
        let [zero, high, low, place] = id.to_be_bytes();
        if zero != 0 {
            return None;
        }
        Some(Self { board: u16::from_be_bytes([high, low]), strike: place >> 1, is_put: place & 1 == 1 })
    }
}
