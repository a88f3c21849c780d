use equipoise_data::{fit_chain, generate_chain, ChainRecipe, FitOptions};
use equipoise_risk::units::Years;

use super::*;

const DAY: u64 = 86_400;

#[test]
fn the_default_shape_is_the_fit_to_the_default_chain() {
    let fit = fit_chain(&generate_chain(&ChainRecipe::default()), &FitOptions::default()).unwrap();
    let smile = Smile::fit([&fit.surface].into_iter()).unwrap();
    let default = Smile::default();
    assert!((smile.eta - default.eta).abs() < 1e-9 && (smile.rho - default.rho).abs() < 1e-9, "{smile:?}");
    assert_eq!(Smile::fit([].into_iter()), None);
}

/// By the proof that runs on chain, over every level and time that a history may reach.
#[test]
fn every_surface_of_the_model_is_free_of_arbitrage() {
    let smiles = [Smile::default(), Smile { eta: FIT_ETA.1, rho: FIT_RHO.0 }, Smile { eta: FIT_ETA.0, rho: FIT_RHO.1 }];
    for smile in smiles {
        for (fast, slow) in [(0.05, 0.05), (0.3, 0.4), (4.0, 0.4), (0.2, 1.5), (9.0, 2.0)] {
            let realised = Realised { fast, slow };
            let mut earlier: Option<(Slice, Years)> = None;
            for days in [1, 2, 7, 30, 90, 125] {
                let years = f64::from(days) / 365.0;
                let slice = smile.slice(realised.total_variance(years), years);
                let years = Years::from_fx(Fx::from_num(years));
                assert_eq!(slice.check(years), Ok(()), "{smile:?} {realised:?} {days}");
                if let Some((before, earlier_years)) = earlier {
                    assert_eq!(slice.check_after(years, &before, earlier_years), Ok(()), "{realised:?} {days}");
                }
                earlier = Some((slice, years));
            }
        }
    }
}

#[test]
fn volatility_rises_after_a_crash_and_most_for_the_nearest_expiry() {
    let mut realised = Realised::default();
    let source = Source { smile: Smile::default(), chains: Vec::new() };
    let before = source.at(0, 3_000.0, realised);
    realised.moved(3_000.0, 2_700.0, 3_600);
    let after = source.at(3_600, 2_700.0, realised);
    let rise = |days: f64| after.vol(days / 365.0) - before.vol(days / 365.0);
    assert!(rise(2.0) > rise(30.0) && rise(30.0) > rise(90.0) && rise(90.0) > 0.0);
}

#[test]
fn a_chain_at_hand_is_used_as_it_is() {
    let chain = generate_chain(&ChainRecipe::default());
    let fit = fit_chain(&chain, &FitOptions::default()).unwrap();
    let now = u64::try_from(chain.observed_at.as_second()).unwrap();
    let slice = fit.surface.slices[3];
    let expiry = u64::try_from(slice.expiry.as_second()).unwrap();
    let source = Source { smile: Smile::default(), chains: vec![fit] };
    let posted = source.at(now, chain.spot, Realised::default());
    let years = (expiry - now) as f64 / YEAR_SECS;
    assert_eq!(posted.slice(expiry), slice.stored(years).unwrap());
    assert!((posted.theta(years) / slice.total_variance(0.0) - 1.0).abs() < 1e-9);
    let later = source.at(now + 2 * DAY, chain.spot, Realised::default());
    assert!((later.theta(years) - Realised::default().total_variance(years)).abs() < 1e-12, "too old");
}
