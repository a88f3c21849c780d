//! The reciprocal before its Newton step, exactly.

use super::*;

#[test]
fn what_a_short_reciprocal_lacks_is_to_the_nearest() {
    // 1 - d x / 2^95 is 2^32 and, in the second case, 1 - 2^-31 less
    assert_eq!(short_reciprocal(1 << 63), ((1 << 32) - 2, 1 << 32));
    assert_eq!(short_reciprocal((1 << 63) + 1), ((1 << 32) - 2, (1 << 32) - 1));
}
