//! Slots: what fits is read back as it was written, what does not is refused.

use proptest::prelude::*;

use equipoise_risk::conditions::Conditions;
use equipoise_risk::learning::{Learner, Widening};
use equipoise_risk::regime::{Regime, RegimeState};
use equipoise_risk::settlement::Debts;
use equipoise_risk::toxicity::Toxicity;

use super::*;

fn fx(bits: i128) -> Fx {
    Fx::from_bits(bits)
}

/// A number of `width` bits or fewer, most often with its high bits set.
fn up_to(width: u32) -> impl Strategy<Value = u128> {
    (any::<u128>(), 0..width).prop_map(move |(bits, shift)| bits >> (128 - width) >> shift)
}

fn stored(bits: u128, lift: u32) -> Fx {
    fx(bits.cast_signed() << lift)
}

fn headers() -> impl Strategy<Value = Header> {
    let live = (up_to(64), up_to(96), up_to(40)).prop_map(|(basis, forward, at)| BoardState::Live {
        basis: stored(basis, 2),
        forward: Price::from_fx(stored(forward, 0)),
        observed_at: u64::try_from(at).unwrap(),
    });
    let settled = (up_to(96), any::<u64>()).prop_map(|(price, ratio)| BoardState::Settled {
        price: Price::from_fx(stored(price, 0)),
        ratio: PayoutRatio::from_raw(ratio),
    });
    (0_u64..1 << 40, 1_u8.., prop_oneof![Just(BoardState::Bare), live, settled])
        .prop_map(|(expiry, strikes, state)| Header { expiry, strikes, state })
}

fn slice_number() -> impl Strategy<Value = Fx> {
    (-(1_i128 << 47)..1 << 47).prop_map(|bits| fx(bits << 24))
}

fn flat(value: Fx) -> Slice {
    Slice { a: value, b: value, rho: value, m: value, sigma: value }
}

const LIVE: BoardState = BoardState::Live { basis: Fx::ONE, forward: Price::from_fx(Fx::ONE), observed_at: 1 };

#[test]
fn a_header_past_its_fields_is_refused() {
    let fits = |header: Header| header.encode().is_some();
    let header = Header { expiry: 1 << 39, strikes: 12, state: LIVE };
    assert!(fits(header));
    assert!(fits(Header { expiry: (1 << 40) - 1, ..header }));
    assert!(!fits(Header { expiry: 1 << 40, ..header }));
    let live = |basis, forward, observed_at| {
        let forward = Price::from_fx(forward);
        fits(Header { state: BoardState::Live { basis, forward, observed_at }, ..header })
    };
    assert!(live(fx((1 << 66) - 1), fx((1 << 96) - 1), (1 << 40) - 1), "the largest of each");
    assert!(!live(fx(1 << 66), Fx::ONE, 1), "a basis of four");
    assert!(!live(Fx::ONE, fx(1 << 96), 1), "a forward of 2^32");
    assert!(!live(Fx::ONE, Fx::ONE, 1 << 40));
    assert!(!live(-Fx::DELTA, Fx::ONE, 1));
    assert!(!live(Fx::ONE, -Fx::DELTA, 1));
    let price = Price::from_fx(fx(1 << 96));
    assert!(!fits(Header { state: BoardState::Settled { price, ratio: PayoutRatio::FULL }, ..header }));
}

#[test]
fn debts_are_kept_with_their_board_up_to_their_width() {
    let kept = |until, owed, covered| BoardDebts {
        board: u16::MAX,
        until,
        debts: Debts { owed: Atoms::new(owed), covered: Atoms::new(covered) },
    };
    let (last, most) = ((1 << 40) - 1, (1_i128 << 96) - 1);
    for (until, owed, covered) in [(0, 0, 0), (7, 1, 0), (last, most, 7), (last, most, most)] {
        let debts = kept(until, owed, covered);
        assert_eq!(BoardDebts::decode(&debts.encode().unwrap()), Some(debts));
    }
    assert_eq!(kept(last + 1, 0, 0).encode(), None);
    assert_eq!(kept(0, most + 1, 0).encode(), None);
    assert_eq!(kept(0, 1, -1).encode(), None);
    assert_eq!(BoardDebts::decode(&[0; 32]), None, "no board has any");
}

#[test]
fn an_empty_slot_is_no_board() {
    assert_eq!(Header::decode(&[0; 32]), None);
    assert_eq!(Directory::decode(&[0; 32]), Directory::default());
}

#[test]
fn a_slice_past_its_fields_is_refused() {
    let fits = |bits| encode_slice(&flat(fx(bits)), VolGap::ZERO).is_some();
    assert!(fits((1 << 71) - 1), "just under 128");
    assert!(!fits(1 << 71));
    assert!(fits(-(1 << 71)), "minus 128");
    assert!(!fits(-(1 << 71) - 1));
}

#[test]
fn a_slice_is_cut_towards_minus_infinity() {
    let read = |value| decode_slice(&encode_slice(&flat(value), VolGap::ZERO).unwrap()).rho;
    assert_eq!(read(fx((1 << 24) + 1)), fx(1 << 24));
    assert_eq!(read(-Fx::DELTA), fx(-(1 << 24)));
}

fn frozen(capital: RiskCapital) -> Frozen {
    Frozen { capital, multiplier: SpreadMultiplier::MOST, watch: Watch { state: State::Halted, is_price_unsafe: true } }
}

#[test]
fn capital_below_zero_is_kept_as_zero_and_too_much_is_refused() {
    let capital = |bits| RiskCapital { round: 1, frozen: Money::from_fx(fx(bits)), ..RiskCapital::default() };
    assert_eq!(Frozen::decode(&frozen(capital(-5)).encode().unwrap()).capital.frozen, Money::ZERO);
    // 64 bits of which 16 are fraction: below 2^48.
    assert!(frozen(capital((1 << 112) - 1)).encode().is_some());
    assert!(frozen(capital(1 << 112)).encode().is_none());
    assert!(frozen(RiskCapital { round: 1 << 56, ..capital(0) }).encode().is_none());
    assert!(frozen(RiskCapital { averaged_at: 1 << 40, ..capital(0) }).encode().is_none());
    assert_eq!(Frozen::decode(&[0; 32]).multiplier, SpreadMultiplier::ONE, "nothing stored widens nothing");
}

#[test]
fn a_reserve_below_zero_or_past_its_fields_is_refused_and_a_flow_is_clamped() {
    let reserve = |balance, budget| SkewReserve {
        balance: Atoms::new(balance),
        budget: Atoms::new(budget),
        ..SkewReserve::default()
    };
    let encoded = |reserve| Trading { reserve, flow: Amount::ZERO }.encode();
    assert!(encoded(reserve(1 << 80, (1 << 80) - 1)).is_some());
    assert!(encoded(reserve(-1, 0)).is_none());
    assert!(encoded(reserve(0, -1)).is_none());
    assert!(encoded(reserve(1 << 96, 0)).is_none());
    assert!(encoded(reserve(0, 1 << 96)).is_none());
    assert!(encoded(SkewReserve { updated_at: 1 << 40, ..reserve(0, 0) }).is_none());
    let flow = |units| {
        let trading = Trading { flow: Amount::from_raw(units), ..Trading::default() };
        Trading::decode(&trading.encode().unwrap()).flow.raw()
    };
    assert_eq!([flow(-1), flow(12_345), flow(-12_345)], [-1, 12_345, -12_345]);
    assert_eq!([flow(1 << 40), flow(-(1 << 40))], [(1 << 39) - 1, 1 - (1 << 39)]);
}

#[test]
fn conditions_are_none_before_the_first_sample_and_clamped_past_their_fields() {
    assert_eq!(decode_conditions(&[[0; 32]; CONDITION_SLOTS]), None);
    let most = Conditions {
        regime: RegimeState {
            regime: Regime::Crisis,
            variance: Fx::MAX,
            logs: [Fx::MIN, Fx::MAX],
            times: [0, u64::MAX],
            filtered: Fx::MIN,
            quiet_since: u64::MAX,
            quiet_samples: u32::MAX,
        },
        toxicity: Toxicity { epoch_at: u64::MAX, price: Fx::MAX, ..Toxicity::default() },
        unhedged_since: u64::MAX,
    };
    let read = decode_conditions(&encode_conditions(&most, &[[0; 32]; CONDITION_SLOTS]).unwrap()).unwrap();
    assert_eq!((read.regime.regime, read.regime.quiet_samples), (Regime::Crisis, 63));
    assert!(read.regime.variance > 127 && read.regime.logs[0] < -127 && read.regime.logs[1] > 127);
    assert_eq!(read.regime.times, [(1 << 32) - 1 - ((1 << 24) - 1), (1 << 32) - 1]);
    assert_eq!(read.unhedged_since, (1 << 32) - (1 << 8));
    assert!(read.toxicity.price > Fx::from_num(1_u64 << 30));
    assert_eq!(decode_conditions(&encode_conditions(&read, &[[7; 32]; CONDITION_SLOTS]).unwrap()), Some(read));
}

#[test]
fn a_strike_is_its_mantissa_over_a_power_of_two() {
    assert_eq!(strike_price(3_000, 0).fx(), 3_000);
    assert_eq!(strike_price(6_001, 1).fx(), 3_000.5);
    assert_eq!(strike_price(u32::MAX, 32).fx(), stored(u128::from(u32::MAX), 32));
}

#[test]
fn a_round_is_stored_by_its_low_56_bits() {
    // A proxy's round: the phase above 64 bits, the aggregator's round below.
    assert_eq!(stored_round((5 << 64) + 123_456), 123_456);
    assert_eq!(stored_round(u128::MAX), (1 << 56) - 1);
}

proptest! {
    #[test]
    fn a_header_is_read_back(header in headers()) {
        let slot = header.encode().unwrap();
        prop_assert_eq!(Header::decode(&slot), Some(header));
        prop_assert_eq!(strike_count(&slot), usize::from(header.strikes));
    }

    #[test]
    fn a_directory_is_read_back_or_refused(
        boards in any::<[u16; MAX_BOARDS]>(), last_board in any::<u16>(), surface_at in up_to(42), variance in up_to(49),
        (posted, shift) in (up_to(16), 0_u32..96),
    ) {
        let fits = surface_at < 1 << 40 && variance < 1 << 48;
        let surface_at = u64::try_from(surface_at).unwrap();
        let posted_spot = Price::from_fx(stored(posted, shift));
        let directory = Directory { boards, last_board, surface_at, variance: stored(variance, 24), posted_spot };
        let read = directory.encode().map(|slot| Directory::decode(&slot));
        prop_assert_eq!(read, fits.then_some(directory));
        let live: Vec<_> = directory.live().collect();
        prop_assert_eq!(live, boards.into_iter().filter(|id| *id != 0).collect::<Vec<_>>());
    }

    #[test]
    fn a_slice_and_its_gap_are_read_back(
        (a, b, rho) in (slice_number(), slice_number(), slice_number()), (m, sigma) in (slice_number(), slice_number()),
        gap in any::<u16>(),
    ) {
        let slice = Slice { a, b, rho, m, sigma };
        let slot = encode_slice(&slice, VolGap::from_raw(gap)).unwrap();
        prop_assert_eq!((decode_slice(&slot), decode_gap(&slot).raw()), (slice, gap));
    }

    #[test]
    fn capital_is_read_back(
        round in up_to(56), frozen in up_to(64), average in up_to(64), at in up_to(40), widened in any::<u32>(),
        (state, is_price_unsafe) in (0_u8..3, any::<bool>()),
    ) {
        let [round, averaged_at] = [round, at].map(|number| u64::try_from(number).unwrap());
        let money = |bits| Money::from_fx(stored(bits, 48));
        let capital = RiskCapital { round, frozen: money(frozen), average: money(average), averaged_at };
        let multiplier = SpreadMultiplier::from_stored(Millionths::from_raw(widened));
        let watch = Watch { state: State::of_number(state).unwrap(), is_price_unsafe };
        let frozen = Frozen { capital, multiplier, watch };
        prop_assert_eq!(Frozen::round_of(&frozen.encode().unwrap()), round);
        prop_assert_eq!(Frozen::decode(&frozen.encode().unwrap()), frozen);
    }

    #[test]
    fn breakers_are_read_back(slots in prop::array::uniform4(prop::array::uniform32(any::<u8>()))) {
        let breakers = decode_breakers(&slots);
        prop_assert_eq!(decode_breakers(&encode_breakers(&breakers)), breakers);
    }

    #[test]
    fn a_reserve_and_a_flow_are_read_back(
        balance in up_to(80), budget in up_to(80), updated_at in up_to(40), flow in -(1_i64 << 39) + 1..1 << 39,
    ) {
        let updated_at = u64::try_from(updated_at).unwrap();
        let atoms = |count: u128| Atoms::new(count.cast_signed());
        let reserve = SkewReserve { balance: atoms(balance), budget: atoms(budget), updated_at };
        let trading = Trading { reserve, flow: Amount::from_raw(flow) };
        let slot = trading.encode().unwrap();
        prop_assert_eq!((Trading::decode(&slot), Trading::flow_units(&slot)), (trading, flow));
    }

    #[test]
    fn conditions_are_read_back(slots in any::<[[u8; 32]; CONDITION_SLOTS]>()) {
        if let Some(conditions) = decode_conditions(&slots) {
            let again = encode_conditions(&conditions, &slots).unwrap();
            prop_assert_eq!((has_hedger(&again), widening(&again)), (has_hedger(&slots), widening(&slots)));
            prop_assert_eq!(decode_conditions(&again), Some(conditions));
            let [_, _, third] = again;
            let widened = [again[0], again[1], with_widening(third, Widening::from_stored(1))];
            prop_assert_eq!((decode_conditions(&widened), has_hedger(&widened)), (Some(conditions), has_hedger(&slots)));
            prop_assert_eq!(widening(&widened), Widening::from_stored(1));
        }
    }

    #[test]
    fn a_learner_is_read_back(
        epoch_at in 0_u64..1 << 40, epochs in 0_u32..1 << 24, arm in any::<u8>(), chance in 0_u32..1 << 24,
        gains in prop::array::uniform4(-1_000_000_000_i32..=1_000_000_000), baseline in -4_000_000_i32..=4_000_000,
    ) {
        let learner = Learner { epoch_at, epochs, arm, chance, gains, baseline };
        prop_assert_eq!(decode_learner(&encode_learner(&learner).unwrap()), learner);
    }

    #[test]
    fn parameters_lanes_positions_and_ids_are_read_back(
        millionths in any::<[u32; COUNT]>(), lots in any::<[i32; LANES]>(),
        margin in any::<[u32; LANES]>(),
    ) {
        let parameters = Parameters::from_stored(millionths);
        prop_assert_eq!(decode_parameters(&encode_parameters(&parameters)), parameters);
        let lots = lots.map(Lots::new);
        let read = decode_lanes(&encode_lots(lots)).map(|lane| Lots::new(lane.cast_signed()));
        prop_assert_eq!(read, lots);
        let margin = MarginParameters::from_stored(margin);
        prop_assert_eq!(decode_margin_parameters(&encode_margin_parameters(&margin)), margin);
    }

    #[test]
    fn holdings_are_read_back(held in prop::collection::vec((any::<u32>(), any::<i32>(), any::<i32>()), 1..=16), shift in 0_u8..=32) {
        let holdings: Vec<_> = held
            .iter()
            .map(|(mantissa, calls, puts)| Holding {
                strike: strike_price(*mantissa, shift), calls: Lots::new(*calls), puts: Lots::new(*puts),
            })
            .collect();
        let mut mantissas = held.iter().map(|each| each.0);
        let strikes = [(); STRIKE_SLOTS].map(|()| encode_lanes([(); LANES].map(|()| mantissas.next().unwrap_or(0))));
        let strike_number = u8::try_from(held.len()).unwrap();
        let header = Header { expiry: 1, strikes: strike_number, state: LIVE }.encode().unwrap();
        let inventory = encode_holdings(&holdings);
        let board = BoardWords { header, strikes, inventory, ..BoardWords::default() };
        prop_assert_eq!(decode_holdings(&board, &board.inventory, shift), holdings);
    }

    #[test]
    fn any_slot_can_be_read(slot in any::<[u8; 32]>(), shift in any::<u8>()) {
        let _ = (Header::decode(&slot), Directory::decode(&slot), decode_slice(&slot), Frozen::decode(&slot));
        let _ = (Trading::decode(&slot), decode_conditions(&[slot; CONDITION_SLOTS]));
        let _ = decode_learner(&slot).widening();
        let board = BoardWords { header: slot, strikes: [slot; 2], inventory: [slot; 4], ..BoardWords::default() };
        prop_assert!(decode_holdings(&board, &board.inventory, shift).len() <= 16);
        prop_assert_eq!(encode_slice(&decode_slice(&slot), decode_gap(&slot)), Some(slot), "a slice fills its slot");
    }
}
