//! Memory pages: what opening them costs.

use super::StylusParams;

/// Price of the most pages a transaction ever had open, exponential.
#[rustfmt::skip]
const EVER_OPEN_GAS: [u32; 129] = [
    1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 11, 12, 14, 17, 19, 22, 25, 29, 33, 38,
    43, 50, 57, 65, 75, 85, 98, 112, 128, 147, 168, 193, 221, 253, 289, 331, 379, 434, 497, 569,
    651, 745, 853, 976, 1117, 1279, 1463, 1675, 1917, 2194, 2511, 2874, 3290, 3765, 4309, 4932,
    5645, 6461, 7395, 8464, 9687, 11087, 12689, 14523, 16621, 19024, 21773, 24919, 28521, 32642,
    37359, 42758, 48938, 56010, 64104, 73368, 83971, 96106, 109_994, 125_890, 144_082, 164_904, 188_735,
    216_010, 247_226, 282_953, 323_844, 370_643, 424_206, 485_509, 555_672, 635_973, 727_880, 833_067, 953_456,
    1_091_243, 1_248_941, 1_429_429, 1_636_000, 1_872_423, 2_143_012, 2_452_704, 2_807_151, 3_212_820, 3_677_113,
    4_208_502, 4_816_684, 5_512_756, 6_309_419, 7_221_210, 8_264_766, 9_459_129, 10_826_093, 12_390_601, 14_181_199,
    16_230_562, 18_576_084, 21_260_563, 24_332_984, 27_849_408, 31_873_999,
];

/// Pages that the programs of a transaction hold.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pages {
    /// Open now.
    pub(crate) open: u16,
    /// Most ever open; a revert does not lower it.
    pub(crate) ever: u16,
}

impl Pages {
    /// Gas of opening `new` more pages; `u64::MAX` beyond the limit.
    pub(crate) fn gas(self, new: u16, params: &StylusParams) -> u64 {
        let open = self.open.saturating_add(new);
        if open > params.page_limit {
            return u64::MAX;
        }
        let ever = self.ever.max(open);
        if ever <= params.free_pages {
            return 0;
        }
        let paid = |pages: u16| u64::from(pages.saturating_sub(params.free_pages));
        let linear = paid(open).saturating_sub(paid(self.open)) * u64::from(params.page_gas);
        linear.saturating_add(ever_open_gas(ever).saturating_sub(ever_open_gas(self.ever)))
    }

    /// Opens `new` more pages.
    pub(crate) fn add(&mut self, new: u16) {
        self.open = self.open.saturating_add(new);
        self.ever = self.ever.max(self.open);
    }
}

fn ever_open_gas(pages: u16) -> u64 {
    EVER_OPEN_GAS.get(usize::from(pages)).map_or(u64::MAX, |gas| u64::from(*gas))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cost_what_the_table_says() {
        let params = StylusParams::arbos60();
        let none = Pages::default();
        assert_eq!(none.gas(0, &params), 0);
        assert_eq!(none.gas(2, &params), 0);
        assert_eq!(none.gas(3, &params), 1000);
        // 17 initial pages, the default stack: 15 paid pages and 9 - 1 of the table.
        assert_eq!(none.gas(17, &params), 15_008);
        assert_eq!(none.gas(128, &params), 126_000 + 31_873_998);
        assert_eq!(none.gas(129, &params), u64::MAX);
        let nested = Pages { open: 17, ever: 17 };
        assert_eq!(nested.gas(17, &params), 17_000 + 98 - 9);
        // Reopening pages that were open before pays the linear part only.
        assert_eq!(Pages { open: 0, ever: 40 }.gas(17, &params), 15_000);
    }
}
