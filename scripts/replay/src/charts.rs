//! Charts as SVG text.

use plotters::prelude::*;

use crate::ReplayError;

const SIZE: (u32, u32) = (1_040, 330);
const DAY_SECS: f64 = 86_400.0;
const COLOURS: [RGBColor; 11] = [
    RGBColor(31, 119, 180),
    RGBColor(214, 39, 40),
    RGBColor(44, 160, 44),
    RGBColor(148, 103, 189),
    RGBColor(255, 127, 14),
    RGBColor(23, 190, 207),
    RGBColor(188, 189, 34),
    RGBColor(140, 86, 75),
    RGBColor(227, 119, 194),
    RGBColor(90, 90, 90),
    RGBColor(160, 160, 160),
];

/// A name and its values over the days.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) values: Vec<f64>,
}

impl Line {
    pub(crate) fn new(name: impl Into<String>, values: impl Iterator<Item = f64>) -> Self {
        Self { name: name.into(), values: values.collect() }
    }
}

/// One chart over time.
pub(crate) struct Chart<'a> {
    pub(crate) title: &'static str,
    /// Midnights, in unix seconds.
    pub(crate) days: &'a [u64],
    pub(crate) lines: Vec<Line>,
    /// Bars stacked upon each other, apart for gains and losses, instead of lines; the sum is a line.
    pub(crate) is_stacked: bool,
}

type Failed = Box<dyn std::error::Error>;

impl Chart<'_> {
    /// The chart.
    /// # Errors: [`ReplayError::Chart`]
    pub(crate) fn svg(&self) -> Result<String, ReplayError> {
        let mut text = String::new();
        let drawn = self.draw(&mut text);
        drawn.map_err(|cause| ReplayError::Chart { chart: self.title, cause: cause.to_string() })?;
        Ok(text)
    }

    fn draw(&self, text: &mut String) -> Result<(), Failed> {
        let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let (from, until) = self.days.first().zip(self.days.last()).ok_or("there is no day")?;
        let (low, high) = self.range();
        let across = *from as f64..(*until as f64 + DAY_SECS);
        let mut chart = ChartBuilder::on(&area)
            .margin(10)
            .caption(self.title, ("sans-serif", 17))
            .x_label_area_size(26)
            .y_label_area_size(76)
            .build_cartesian_2d(across, low..high)?;
        chart
            .configure_mesh()
            .x_labels(12)
            .x_label_formatter(&|at| date(*at))
            .y_label_formatter(&|value| amount(*value))
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.1))
            .draw()?;
        let sums: Vec<f64> = if self.is_stacked { self.sums() } else { Vec::new() };
        if self.is_stacked {
            for (place, (line, bars)) in self.lines.iter().zip(self.bars()).enumerate() {
                let colour = COLOURS[place % COLOURS.len()];
                let boxes = bars.into_iter().map(|corners| Rectangle::new(corners, colour.filled()));
                let series = chart.draw_series(boxes)?.label(&line.name);
                series.legend(move |(x, y)| Rectangle::new([(x, y - 4), (x + 12, y + 4)], colour.filled()));
            }
            let total = self.days.iter().zip(&sums).map(|(at, sum)| (*at as f64, *sum));
            chart.draw_series(LineSeries::new(total, BLACK.stroke_width(1)))?.label("total");
        } else {
            for (place, line) in self.lines.iter().enumerate() {
                let colour = COLOURS[place % COLOURS.len()];
                let points = self.days.iter().zip(&line.values).map(|(at, value)| (*at as f64, *value));
                let series = chart.draw_series(LineSeries::new(points, colour.stroke_width(1)))?.label(&line.name);
                series.legend(move |(x, y)| PathElement::new([(x, y), (x + 12, y)], colour.stroke_width(2)));
            }
        }
        let mut labels = chart.configure_series_labels();
        let labels = labels.background_style(WHITE.mix(0.8)).border_style(BLACK.mix(0.2));
        labels.position(SeriesLabelPosition::UpperLeft).label_font(("sans-serif", 12)).draw()?;
        area.present()?;
        Ok(())
    }

    fn sums(&self) -> Vec<f64> {
        let sum = |place: usize| self.lines.iter().filter_map(|line| line.values.get(place)).sum();
        (0..self.days.len()).map(sum).collect()
    }

    /// The corners of every line's bars, stacked away from zero.
    fn bars(&self) -> Vec<Vec<[(f64, f64); 2]>> {
        let mut ends = vec![(0.0_f64, 0.0_f64); self.days.len()];
        let ways = |place: usize| {
            let at = self.days[place] as f64;
            let next = self.days.get(place + 1).map_or(at + 20.0 * DAY_SECS, |next| *next as f64);
            (at, at + 0.8 * (next - at))
        };
        let stack = |line: &Line, ends: &mut Vec<(f64, f64)>| {
            let bars = line.values.iter().zip(ends.iter_mut()).enumerate().map(|(place, (value, (gains, losses)))| {
                let end = if *value >= 0.0 { gains } else { losses };
                let start = *end;
                *end += value;
                let (left, right) = ways(place);
                [(left, start), (right, *end)]
            });
            bars.collect()
        };
        self.lines.iter().map(|line| stack(line, &mut ends)).collect()
    }

    fn range(&self) -> (f64, f64) {
        let all: Vec<f64> = if self.is_stacked {
            self.bars().into_iter().flatten().flat_map(|[(_, start), (_, end)]| [start, end]).collect()
        } else {
            self.lines.iter().flat_map(|line| line.values.iter().copied()).collect()
        };
        let (low, high) =
            all.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
        let room = ((high - low) * 0.06).max(high.abs() * 1e-6).max(1e-9);
        (low - room, high + room)
    }
}

/// The day of a moment.
pub(crate) fn date(at: f64) -> String {
    let moment = jiff::Timestamp::from_second(at as i64).unwrap_or_default();
    moment.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

fn amount(value: f64) -> String {
    match value.abs() {
        size if size >= 1e6 => format!("{:.2}M", value / 1e6),
        size if size >= 1e4 => format!("{:.0}k", value / 1e3),
        size if size >= 100.0 || size == 0.0 => format!("{value:.0}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: [u64; 3] = [1_650_000_000, 1_652_600_000, 1_655_200_000];

    fn chart(is_stacked: bool) -> Chart<'static> {
        let lines =
            vec![Line::new("first", [1.0, -2.0, 3.0].into_iter()), Line::new("second", [2.0, -1.0, -4.0].into_iter())];
        Chart { title: "a chart", days: &DAYS, lines, is_stacked }
    }

    #[test]
    fn charts_carry_their_names_and_nothing_from_the_network() {
        for is_stacked in [false, true] {
            let svg = chart(is_stacked).svg().unwrap();
            assert!(["a chart", "first", "second", "2022-0"].iter().all(|text| svg.contains(text)));
            assert!(!svg.replace("http://www.w3.org", "").contains("http"));
        }
    }

    #[test]
    fn gains_and_losses_are_stacked_apart() {
        let bars = chart(true).bars();
        let ends: Vec<(f64, f64)> = bars[1].iter().map(|[(_, start), (_, end)]| (*start, *end)).collect();
        assert_eq!(ends, [(1.0, 3.0), (-2.0, -3.0), (0.0, -4.0)]);
        assert_eq!(chart(true).sums(), [3.0, -3.0, -1.0]);
    }

    #[test]
    fn a_chart_of_nothing_says_so() {
        let error = Chart { title: "empty", days: &[], lines: Vec::new(), is_stacked: false }.svg().unwrap_err();
        assert!(error.to_string().contains("empty"));
    }
}
