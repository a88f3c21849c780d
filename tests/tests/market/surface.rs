//! Surfaces that are refused, and how one is kept.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{
    IMarket, MarketNumberOutOfDomain, MarketSliceButterflyArbitrage, MarketSliceCalendarArbitrage, MarketSliceMissing,
    MarketSliceOutOfRange, MarketSliceVarianceOutOfDomain, MarketSliceWingsTooSteep, MarketSurfaceOutOfOrder, Slice,
    SurfacePost, SurfacePosted,
};
use equipoise_tests::World;

use crate::fixture::{signed, wad, Market, CONTRACT, DAY};

/// What one case does to a good slice.
type Change = fn(&mut Slice);

fn thousandths(number: i128) -> I256 {
    signed(number * (CONTRACT / 1_000))
}

/// The standard surface with one slice changed, not signed yet.
fn draft(market: &mut Market, place: usize, change: impl FnOnce(&mut Slice)) -> SurfacePost {
    let mut slices = market.slices();
    change(&mut slices[place]);
    market.draft(slices)
}

/// The same, signed.
fn changed(market: &mut Market, place: usize, change: impl FnOnce(&mut Slice)) -> IMarket::postSurfaceCall {
    let draft = draft(market, place, change);
    market.signed(draft)
}

#[test]
fn slice_with_butterfly_arbitrage_is_refused() {
    let mut market = Market::open();
    let keeper = market.keeper;
    let secs = i128::from(market.boards[3].1 - market.now());
    // Vogt's slice: free of static arbitrage to the eye, but its density is negative near k = 0.9.
    let annualised = |ten_thousandths: i128| signed(ten_thousandths * (CONTRACT / 10_000) * (365 * 86_400) / secs);
    let post = changed(&mut market, 3, |slice| {
        slice.aWad = annualised(-410);
        slice.bWad = annualised(1_331).into_raw();
        slice.rhoWad = thousandths(306);
        slice.mWad = signed(3_586 * (CONTRACT / 10_000));
        slice.sigmaWad = U256::from(4_153 * (CONTRACT / 10_000));
    });
    market.refuse(keeper, &post, &MarketSliceButterflyArbitrage { board: 4 });
}

#[test]
fn slice_below_an_earlier_one_is_refused() {
    let mut market = Market::open();
    let keeper = market.keeper;
    let post = changed(&mut market, 1, |slice| {
        slice.aWad = thousandths(130);
        slice.bWad = thousandths(40).into_raw();
    });
    market.refuse(keeper, &post, &MarketSliceCalendarArbitrage { board: 2 });
}

#[test]
fn slice_out_of_range_is_refused() {
    let mut market = Market::open();
    let keeper = market.keeper;
    let cases: [(usize, Change); 7] = [
        (0, |slice| slice.rhoWad = thousandths(1_000)),
        (1, |slice| slice.rhoWad = thousandths(-1_000)),
        (2, |slice| slice.sigmaWad = U256::ZERO),
        (3, |slice| slice.aWad = thousandths(128_000)),
        (0, |slice| slice.bWad = U256::MAX),
        (1, |slice| slice.mWad = I256::MIN),
        (2, |slice| slice.sigmaWad = U256::from(1_000)),
    ];
    for (place, change) in cases {
        let post = changed(&mut market, place, change);
        let board = market.boards[place].0;
        market.refuse(keeper, &post, &MarketSliceOutOfRange { board });
    }
    let post = changed(&mut market, 3, |slice| slice.bWad = thousandths(100_000).into_raw());
    market.refuse(keeper, &post, &MarketSliceWingsTooSteep { board: 4 });
    let post = changed(&mut market, 2, |slice| slice.aWad = thousandths(-500));
    market.refuse(keeper, &post, &MarketSliceVarianceOutOfDomain { board: 3 });
    let post = changed(&mut market, 2, |slice| slice.aWad = thousandths(127_000));
    market.refuse(keeper, &post, &MarketSliceVarianceOutOfDomain { board: 3 });
    let post = changed(&mut market, 0, |slice| slice.forwardWad = U256::ZERO);
    market.refuse(keeper, &post, &MarketNumberOutOfDomain { board: 1 });
    let mut post = draft(&mut market, 0, |_| {});
    post.spotWad = U256::ZERO;
    let post = market.signed(post);
    market.refuse(keeper, &post, &MarketNumberOutOfDomain { board: 1 });
}

#[test]
fn surface_without_a_slice_of_every_live_board_is_refused() {
    let mut market = Market::open();
    let keeper = market.keeper;
    let mut post = draft(&mut market, 0, |_| {});
    let third = post.slices.remove(2);
    let missing = market.signed(post.clone());
    market.refuse(keeper, &missing, &MarketSliceMissing { board: 3 });
    // Their order is free, and slices of boards that do not live are passed over.
    post.slices.insert(0, third);
    post.slices.push(crate::fixture::slice(77, wad(3_000)));
    let full = market.signed(post);
    market.send(keeper, &full).unwrap();
}

#[test]
fn surface_is_refused_from_the_future_and_from_before_the_last() {
    let mut market = Market::open();
    let keeper = market.keeper;
    let last = market.now();
    market.pass(600);
    let mut draft = draft(&mut market, 0, |_| {});
    for observed_at in [last + 601, last - 1, u64::MAX, 0] {
        draft.observedAt = observed_at;
        let post = market.signed(draft.clone());
        let refused = MarketSurfaceOutOfOrder { observedAt: observed_at, lastObservedAt: last };
        market.refuse(keeper, &post, &refused);
    }
    for observed_at in [last, last + 600, last + 600] {
        draft.observedAt = observed_at;
        let post = market.signed(draft.clone());
        market.send(keeper, &post).unwrap();
        draft.sequence += 1;
    }
}

#[test]
fn slice_is_kept_to_the_2_to_the_minus_40th_rounded_down() {
    let mut market = Market::listed();
    let keeper = market.keeper;
    let odd = [123_456_789_123_456_789_i128, 98_765_432_198_765_432, -271_828_182_845_904_523, -31_415_926_535_897_932];
    let call = changed(&mut market, 3, |slice| {
        slice.gapWad = U256::from(odd[3].unsigned_abs());
        slice.aWad = signed(odd[0] + 300 * (CONTRACT / 1_000));
        slice.bWad = U256::from(odd[1]);
        slice.rhoWad = signed(odd[2]);
        slice.mWad = signed(odd[3]);
        slice.sigmaWad = U256::from(odd[0]);
    });
    let receipt = market.send(keeper, &call).unwrap();
    let post = call.post;
    let told = World::events::<SurfacePosted>(&receipt).remove(0);
    assert_eq!((told.sequence, told.observedAt, told.spotWad), (1, post.observedAt, post.spotWad));
    assert_eq!(told.slices, post.slices);
    let kept = |wad: i128| {
        let (one, grain) = (signed(CONTRACT), signed(1 << 40));
        let scaled = signed(wad) * grain;
        let floored = scaled.div_euclid(one);
        (floored * one * signed(2) + grain).div_euclid(grain * signed(2))
    };
    let posted = &post.slices[3];
    let shown = market.read(&IMarket::sliceCall { board: 4 });
    assert_eq!(shown.aWad, kept(posted.aWad.try_into().unwrap()));
    assert_eq!(shown.bWad, kept(odd[1]).into_raw());
    assert_eq!(shown.rhoWad, kept(odd[2]));
    assert_eq!(shown.mWad, kept(odd[3]));
    assert_eq!(shown.sigmaWad, kept(odd[0]).into_raw());
    // 0.0314159… is kept in whole ten thousandths, rounded up.
    assert_eq!(shown.gapWad, U256::from(315 * (CONTRACT / 10_000)));
    // 2^-64 is finer than WAD: the forward comes back as it was posted.
    assert_eq!(shown.forwardWad, posted.forwardWad);
    let board = market.read(&IMarket::boardCall { id: 4 });
    assert_eq!((board.forwardWad, board.observedAt, board.isSettled), (posted.forwardWad, post.observedAt, false));
    let basis = posted.forwardWad * U256::from(CONTRACT) / post.spotWad;
    assert!(board.basisWad.abs_diff(basis) <= U256::from(1), "{} {basis}", board.basisWad);
    assert_eq!(market.boards[3].1 - post.observedAt, 60 * DAY - 1);
}
