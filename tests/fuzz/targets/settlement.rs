//! `equipoise_risk::{settlement, collateral}`: payoffs are exact and rounded down, what is locked covers every
//! settlement price, and no more is paid out than came in.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{fitted, wide, AnyFx, Magnitude, Wide};
use equipoise_math::Fx;
use equipoise_risk::collateral::{worst_loss_ceil, WorstLoss};
use equipoise_risk::settlement::{payoff_floor, payoff_money_floor, Holding, PayoutRatio};
use equipoise_risk::units::{Atoms, Lots, Money, Price, TokenScale};
use equipoise_risk::RiskError;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    held: Vec<(Magnitude, i32, i32)>,
    any: (AnyFx, i32, i32),
    settlements: [Magnitude; 3],
    wild: AnyFx,
    decimals: u8,
    payment: (i128, i128, i128, u8),
}

fuzz_target!(|input: Input| {
    let mut held: Vec<_> = input.held.iter().take(8).map(holding).collect();
    held.sort_by_key(|holding| holding.strike);
    let scale = TokenScale::from_decimals(input.decimals % 19).expect("at most eighteen");
    let settlements = input.settlements.map(|price| price.between(Fx::DELTA, Fx::lit("100000000")));
    for price in settlements.into_iter().chain([Fx::ZERO]) {
        payoff(&held, price, scale);
    }
    collateral(&held, &settlements);
    wild(input.any, input.wild.fx(), scale);
    let shift = input.payment.3 & 127;
    let (paid, debt, owed) = (input.payment.0 >> shift, input.payment.1 >> shift, input.payment.2 >> shift);
    ratio(paid, debt, owed);
});

fn holding((strike, calls, puts): &(Magnitude, i32, i32)) -> Holding {
    let strike = Price::from_fx(strike.between(Fx::DELTA, Fx::lit("100000000")));
    Holding { strike, calls: Lots::new(*calls), puts: Lots::new(*puts) }
}

/// What the positions pay, in lots times units of 2^-64, exactly.
fn exact(held: &[Holding], price: Fx) -> Wide {
    held.iter().fold(Wide::ZERO, |sum, holding| {
        let above = wide(price) - wide(holding.strike.fx());
        let lots = if above >= 0 { holding.calls } else { holding.puts };
        sum + above.abs() * Wide::from(lots.count())
    })
}

fn payoff(held: &[Holding], price: Fx, scale: TokenScale) {
    let settlement = Price::from_fx(price);
    let expected = fitted(exact(held, price).div_euclid(Wide::from(1_000))).map(Money::from_fx);
    let paid = payoff_money_floor(held, settlement);
    // eight strikes of 2^31 lots below 1e8 stay within the type
    assert_eq!(paid.ok(), expected);
    let atoms = paid.and_then(|paid| scale.atoms_floor(paid));
    assert_eq!(payoff_floor(held, settlement, scale), atoms);
}

fn collateral(held: &[Holding], settlements: &[Fx]) {
    let net: i64 = held.iter().map(|holding| i64::from(holding.calls.count())).sum();
    match worst_loss_ceil(held).expect("eight strikes stay within the type") {
        WorstLoss::Unbounded(slope) => assert!(net < 0 && slope == net),
        WorstLoss::Bounded(loss) => {
            assert!(net >= 0 && loss >= Money::ZERO);
            // the payoff is a line between strikes: its lowest value lies at zero or at one of them
            let places = held.iter().map(|holding| holding.strike.fx()).chain([Fx::ZERO]);
            let lowest = places.map(|price| exact(held, price)).min().expect("zero is one").min(Wide::ZERO);
            assert_eq!(-wide(loss.fx()), lowest.div_euclid(Wide::from(1_000)), "covered to the unit");
            for price in settlements {
                let paid = payoff_money_floor(held, Price::from_fx(*price)).expect("within the type");
                assert!(paid.fx() >= -loss.fx(), "{paid:?} at {price} is more than is locked");
            }
        }
    }
}

/// Any strike and settlement: the exact result or an overflow, near the type's end only.
fn wild((strike, calls, puts): (AnyFx, i32, i32), price: Fx, scale: TokenScale) {
    let held = Holding { strike: Price::from_fx(strike.fx()), calls: Lots::new(calls), puts: Lots::new(puts) };
    let exact = exact(&[held], price);
    match payoff_money_floor(&[held], Price::from_fx(price)) {
        Ok(paid) => assert_eq!(wide(paid.fx()), exact.div_euclid(Wide::from(1_000))),
        Err(error) => {
            assert_eq!(error, RiskError::Overflow);
            let difference = wide(price) - wide(strike.fx());
            assert!(difference.abs() >> 127_u32 != 0 || exact.abs() >= (Wide::ONE << 127_u32) - (Wide::ONE << 96_u32));
        }
    }
    let _ = payoff_floor(&[held], Price::from_fx(price), scale);
    let _ = worst_loss_ceil(&[held]);
    let more = held.plus(Lots::new(puts), Lots::new(calls));
    let sums = (calls.checked_add(puts), puts.checked_add(calls));
    assert_eq!(more.ok().map(|more| (more.calls.count(), more.puts.count())), sums.0.zip(sums.1));
    assert!(held.emptied().is_empty() && held.emptied().strike == held.strike);
    assert_eq!(held.is_empty(), calls == 0 && puts == 0);
}

fn ratio(paid: i128, debt: i128, owed: i128) {
    let ratio = PayoutRatio::from_payment(Atoms::new(paid), Atoms::new(debt));
    let ratio = ratio.unwrap_or_else(|error| panic!("{paid} of {debt}: {error:?}"));
    assert_eq!(PayoutRatio::from_raw(ratio.raw()), ratio);
    let out = ratio.applied_floor(Atoms::new(owed)).expect("at most what is owed").count();
    if debt <= 0 || paid >= debt {
        assert_eq!((ratio, out), (PayoutRatio::FULL, owed));
        return;
    }
    assert_ne!(ratio, PayoutRatio::FULL);
    if owed <= 0 {
        assert_eq!(out, owed, "debts are owed in full");
        return;
    }
    assert!((0..=owed).contains(&out));
    let share = Wide::from(owed) * Wide::from(paid.max(0));
    let exact = share.div_euclid(Wide::from(debt));
    assert!(Wide::from(out) <= exact, "more than the share is paid");
    // the ratio is cut by up to two units of 2^-64, the amount by one atom for each of its halves
    assert!(Wide::from(out) + Wide::from(owed >> 63) + 2_i128 > exact, "{out} is less than the share {exact}");
}
