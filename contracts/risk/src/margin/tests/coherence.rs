//! What makes the requirement coherent, on random portfolios and to the last bit.

use super::*;

/// Expiries, in hours: settling, about to, and later.
const TIMES: [u64; 5] = [2, 11, 48, 720, 4_800];

/// Up to ten legs.
fn legs() -> impl Strategy<Value = Vec<Leg>> {
    let leg = (prop::sample::select(TIMES.to_vec()), 12_u32..90, -2_000_i32..2_000, -2_000_i32..2_000);
    let leg = leg.prop_map(|(hours, strike, calls, puts)| (hours, f64::from(strike) * 75.0, calls, puts));
    prop::collection::vec(leg, 1..10)
}

fn spots() -> impl Strategy<Value = f64> {
    1_500.0..6_000.0
}

/// The margin without the cap at what covers the worst loss at settlement.
fn uncapped(portfolio: &Portfolio) -> MarketMargin {
    let shocks = shocks();
    let mut totals = Totals::default();
    for board in portfolio.holdings() {
        let (sums, seen) = look_at(&board, &shocks).unwrap();
        let value = Money::from_fx(lots_to_contracts_floor(sums.value).unwrap());
        totals.value = totals.value.plus(value).unwrap();
        for (required, losses) in totals.required.iter_mut().zip(seen.ways()) {
            add_capped(&mut required.maintenance, losses, None).unwrap();
            add_capped(&mut required.initial, losses, None).unwrap();
        }
    }
    totals.finish(&shocks).unwrap()
}

fn joined(one: &[Leg], other: &[Leg]) -> Vec<Leg> {
    one.iter().chain(other).copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn portfolios_together_need_no_more_than_apart(spot in spots(), one in legs(), other in legs()) {
        let both = Portfolio::in_hours(spot, &joined(&one, &other));
        let [together, one, other] = [both, Portfolio::in_hours(spot, &one), Portfolio::in_hours(spot, &other)].map(|p| uncapped(&p));
        // A board of each rounds its value down once.
        let apart = one.value.plus(other.value).unwrap();
        prop_assert!(together.value >= apart);
        for requirement in [|margin: &MarketMargin| margin.maintenance, |margin: &MarketMargin| margin.initial] {
            let sum = requirement(&one).worst().plus(requirement(&other).worst()).unwrap();
            prop_assert!(requirement(&together).worst() <= sum);
            for ((entry, first), second) in requirement(&together).to_array().into_iter()
                .zip(requirement(&one).to_array()).zip(requirement(&other).to_array())
            {
                prop_assert!(entry <= first.plus(second).unwrap());
            }
        }
    }

    #[test]
    fn the_mark_is_the_exact_value_at_mid_and_never_below_the_worth_to_close(spot in spots(), legs in legs()) {
        let portfolio = Portfolio::in_hours(spot, &legs);
        let margin = portfolio.assess();
        prop_assert!(margin.mark >= margin.value);
        let mut exact = 0.0;
        for (terms, holdings) in portfolio.boards.values() {
            for held in holdings {
                let vol = terms.slice.variance(held.strike, terms.reference_forward).unwrap().sqrt();
                let inputs = Inputs::new(terms.forward.fx(), held.strike.fx(), vol, terms.years.fx()).unwrap();
                let prices = evaluate(&inputs);
                for (price, lots) in [(prices.call, held.calls), (prices.put, held.puts)] {
                    exact += float(price) * f64::from(lots.count()) / 1e3;
                }
            }
        }
        prop_assert!((float(margin.mark.fx()) - exact).abs() < 1e-9, "{:?} is not {}", margin.mark, exact);
    }

    #[test]
    fn full_cover_only_lowers_what_is_needed_and_bounds_the_exception(spot in spots(), one in legs(), other in legs()) {
        let both = Portfolio::in_hours(spot, &joined(&one, &other));
        let (one, other) = (Portfolio::in_hours(spot, &one), Portfolio::in_hours(spot, &other));
        for portfolio in [&one, &other, &both] {
            prop_assert!(shortfall(&portfolio.assess()) <= shortfall(&uncapped(portfolio)));
        }
        prop_assert!(shortfall(&both.assess()) <= shortfall(&uncapped(&one)) + shortfall(&uncapped(&other)));
    }

    #[test]
    fn who_holds_his_worst_loss_in_cash_is_healthy(spot in spots(), legs in legs()) {
        // As many calls long, far out, as are short: a bounded loss.
        let mut legs = legs;
        for hours in TIMES {
            let net: i32 = legs.iter().filter(|leg| leg.0 == hours).map(|leg| leg.2).sum();
            legs.push((hours, 8_000.0, -net.min(0), 0));
        }
        let portfolio = Portfolio::in_hours(spot, &legs);
        let cash = portfolio.full_cover().unwrap();
        let account = AccountMargin::new(cash, &[portfolio.assess()], OffsetShare::NONE).unwrap();
        prop_assert_eq!(account.state(), MarginState::Healthy);
        prop_assert!(account.maintenance <= account.equity && account.maintenance >= Money::ZERO);
    }

    #[test]
    fn more_of_the_same_needs_as_much_more(spot in spots(), legs in legs(), times in 2_i32..9) {
        let scaled: Vec<Leg> = legs.iter().map(|(d, k, c, p)| (*d, *k, c * times, p * times)).collect();
        let (one, many) = (Portfolio::in_hours(spot, &legs).assess(), Portfolio::in_hours(spot, &scaled).assess());
        // Each expiry and each factor rounds a unit.
        let units = Fx::from_bits(i128::from(times) * 16);
        for (one, many) in [
            (one.maintenance.worst(), many.maintenance.worst()),
            (one.initial.worst(), many.initial.worst()),
            (one.value, many.value),
        ] {
            prop_assert!((many.fx() - one.fx() * Fx::from_num(times)).abs() <= units);
        }
    }

    #[test]
    fn the_order_of_expiries_and_trades_changes_nothing(spot in spots(), legs in legs()) {
        let mut backwards = legs.clone();
        backwards.reverse();
        let (portfolio, same) = (Portfolio::in_hours(spot, &legs), Portfolio::in_hours(spot, &backwards));
        let mut boards = same.holdings();
        boards.reverse();
        prop_assert_eq!(assess(&boards, &shocks()).unwrap(), portfolio.assess());
    }

    #[test]
    fn one_more_scenario_never_lowers_the_requirement(entries in prop::collection::vec(-1e6_f64..1e6, ENTRIES)) {
        let mut losses = [Money::from_fx(Fx::MIN); ENTRIES];
        let mut last = Money::ZERO;
        for (place, entry) in entries.into_iter().enumerate() {
            losses[place] = money(entry);
            let worst = ScenarioLosses::from_array(losses).worst();
            prop_assert!(worst >= last && worst >= money(entry));
            last = worst;
        }
    }

    #[test]
    fn a_long_option_beyond_a_short_one_lowers_what_is_required_unless_it_is_worth_nothing_there(
        spot in 2_000.0_f64..4_500.0, short in 24_u32..60, beyond in 1_u32..20,
        days in prop::sample::select(vec![2_u64, 7, 30, 90]), is_put in any::<bool>(),
    ) {
        let far = if is_put { short.saturating_sub(beyond).max(10) } else { short + beyond };
        let leg = |strike: u32, lots| {
            let strike = f64::from(strike) * 75.0;
            if is_put { (days, strike, 0, lots) } else { (days, strike, lots, 0) }
        };
        let naked = Portfolio::new(spot, &[leg(short, -1_000)]).assess();
        let spread = Portfolio::new(spot, &[leg(short, -1_000), leg(far, 1_000)]).assess();
        // Ten strikes further it may be worth less than the pad for its own price, even in the tail.
        let pad = if beyond <= 4 { Fx::ZERO } else { fx(1e-4) };
        let is_lower = |with: Money, without: Money| with.fx() < without.fx() + pad;
        prop_assert!(is_lower(spread.maintenance.worst(), naked.maintenance.worst()));
        prop_assert!(is_lower(spread.initial.worst(), naked.initial.worst()));
    }
}

#[test]
fn a_covered_expiry_beside_naked_options_is_the_exception() {
    // Alone the spread is required its worst loss, which it has all but reached; sold options beside it leave the
    // expiry no bound, and its half spreads count.
    let spread = [(2, 2_500.0, -1_000, 0), (2, 2_600.0, 1_000, 0)];
    let naked = [(2, 3_500.0, -1_000, 0)];
    let need = |legs: &[Leg]| shortfall(&Portfolio::new(3_000.0, legs).assess());
    let (apart, together) = (need(&spread) + need(&naked), need(&joined(&spread, &naked)));
    assert_eq!(need(&spread), 100);
    let most = shortfall(&uncapped(&Portfolio::new(3_000.0, &spread))) - need(&spread);
    assert!(together > apart && together <= apart + most, "{together} {apart} {most}");
}
