use super::*;

fn source() -> Source {
    Source { chain: None, prices: None, currency: None, seed: 1, days: 26, strikes: 12 }
}

#[test]
fn the_defaults_overlap_and_keep_the_fitted_surface_at_the_start() {
    let input = Input::load(&source()).unwrap();
    assert!(!input.is_rebased);
    assert_eq!(input.surface, input.fit.surface);
    assert_eq!(input.end.as_second() - input.start.as_second(), days(26));
    let moved = input.surface_at(input.start, input.chain.spot);
    for (slice, fitted) in moved.slices.iter().zip(&input.surface.slices) {
        assert_eq!((slice.a, slice.b, slice.m), (fitted.a, fitted.b, fitted.m));
        assert!((slice.forward / fitted.forward - 1.0).abs() < 1e-15);
    }
}

#[test]
fn prices_from_another_time_take_the_smile_with_them() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let start = Timestamp::from_second(1_640_995_200).unwrap();
    let recipe = PathRecipe { start, spot: 3_700.0, candles: 24 * 20, ..PathRecipe::default() };
    equipoise_data::write_prices(&generate_prices(&recipe), &mut file).unwrap();
    let prices = Some(file.path().to_owned());
    let input = Input::load(&Source { prices, ..source() }).unwrap();
    assert!(input.is_rebased);
    assert_eq!(input.start.as_second(), start.as_second() + REALISED_SECS);
    assert_eq!(input.surface.check(), Ok(()));
    assert!(Listing::of(&input, 12).unwrap().expiries().len() >= LEAST_BOARDS);
}

#[test]
fn every_settlement_window_has_its_prices() {
    let input = Input::load(&source()).unwrap();
    let expiry = u64::try_from(input.start.as_second()).unwrap() + 2 * 86_400;
    let ticks = path(&input.history, input.start, input.end, &[expiry]);
    assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at));
    let inside = ticks.iter().filter(|tick| (expiry - 1_800..=expiry).contains(&tick.at));
    assert_eq!(inside.count(), 7);
}

#[test]
fn a_history_that_ends_at_once_is_refused() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let chain = generate_chain(&ChainRecipe::default());
    let recipe = PathRecipe { start: chain.observed_at, candles: 30, ..PathRecipe::default() };
    equipoise_data::write_prices(&generate_prices(&recipe), &mut file).unwrap();
    let prices = Some(file.path().to_owned());
    let error = Input::load(&Source { prices, ..source() }).unwrap_err();
    let CliError::Data(error) = error else { panic!("{error}") };
    assert!(matches!(*error, equipoise_data::DataError::NoOverlap { .. }), "{error}");
}
