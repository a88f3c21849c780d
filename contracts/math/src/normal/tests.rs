//! What no result of the public functions shows.

use super::*;

#[test]
fn numbers_from_16_on_are_narrowed_to_all_ones() {
    assert_eq!(narrowed(15, 1 << 63), (15 << 60) | (1 << 59));
    assert_eq!([narrowed(16, 0), narrowed(17, 1 << 63), narrowed(1 << 62, u64::MAX)], [u64::MAX; 3]);
}
