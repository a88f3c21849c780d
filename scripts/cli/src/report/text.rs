//! The report for people: tables, and colour where the terminal has it.

use std::fmt::Write;

use comfy_table::{presets::UTF8_FULL_CONDENSED, CellAlignment, Table};
use owo_colors::OwoColorize;

use super::{Atoms, Refusal, Report};

/// The report as text with ANSI colours; the stream that prints it strips them where they do not belong.
pub fn render(report: &Report) -> String {
    let sections: [(&str, String); 11] = [
        ("The data", input(report)),
        ("Programs", sizes(report)),
        ("Boards", boards(report)),
        (
            "Quotes of one contract against the input's market, both before fees (half spreads in vol points)",
            quotes(report),
        ),
        ("Trading", trading(report)),
        ("Orders of the crowd that were refused", rejected(report)),
        ("Orders placed to be refused, none of which changed anything", probes(report)),
        ("Liquidity providers", profit(report)),
        ("The hedge", hedge(report)),
        ("Gas by call", gas(report)),
        ("Every token", audit(report)),
    ];
    let mut text = String::new();
    for (title, body) in sections {
        // Writing to a string cannot fail.
        writeln!(text, "\n{}\n{body}", title.bold().cyan()).ok();
    }
    text
}

/// A table: names to the left, figures to the right.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    if !header.is_empty() {
        table.set_header(header.to_vec());
    }
    table.add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

fn input(report: &Report) -> String {
    let input = &report.input;
    let [from, to] = input.spot;
    let rows = [
        ("option chain", format!("{} ({}, {})", input.chain, input.currency, input.observed_at)),
        ("prices", input.prices.clone()),
        ("trading", format!("{} to {}", input.start, input.end)),
        ("spot", format!("{from:.2} to {to:.2} USD")),
        ("seed", report.seed.to_string()),
    ];
    let mut text = String::new();
    for (name, value) in rows {
        writeln!(text, "  {name:<13} {value}").ok();
    }
    for note in &input.notes {
        writeln!(text, "  {note}").ok();
    }
    text.trim_end().to_owned()
}

fn sizes(report: &Report) -> String {
    table(
        &["program", "bytes on chain", "of the limit of 24,576"],
        report.sizes.iter().map(|(name, bytes)| {
            let share = 100.0 * *bytes as f64 / 24_576.0;
            vec![name.clone(), grouped(*bytes as i128), format!("{share:.1} %")]
        }),
    )
}

fn boards(report: &Report) -> String {
    table(
        &["board", "expiry", "strikes", "from", "to", "settled at", "to the vault"],
        report.boards.iter().map(|board| {
            let [low, high] = board.strikes;
            vec![
                board.board.to_string(),
                board.expiry.clone(),
                board.count.to_string(),
                format!("{low}"),
                format!("{high}"),
                board.settlement_price.map_or_else(|| "closed out".to_owned(), |price| format!("{price:.2}")),
                board.vault_payoff.map_or_else(|| "-".to_owned(), money),
            ]
        }),
    )
}

fn quotes(report: &Report) -> String {
    let Some(lines) = &report.quotes else {
        return "  not comparable: the chain is from another time than the prices".to_owned();
    };
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    table(
        &["expiry", "series", "bid inside", "ask inside", "both", "crossed", "half spread", "with fee", "the market's"],
        lines.iter().map(|line| {
            vec![
                line.expiry.clone(),
                line.series.to_string(),
                percent(line.bid_inside),
                percent(line.ask_inside),
                percent(line.both_inside),
                percent(line.crossed),
                format!("{:.2}", line.vault_half_spread),
                format!("{:.2}", line.vault_half_spread_with_fee),
                format!("{:.2}", line.market_half_spread),
            ]
        }),
    )
}

fn trading(report: &Report) -> String {
    let rows = [
        ("trades", format!("{} by {} traders", report.trades, report.traders)),
        ("volume", format!("{:.1} contracts", report.volume_contracts)),
        ("notional", money(report.volume)),
        ("premium at mid", money(report.volume_premium)),
        ("fees", money(report.fees)),
        ("half spreads", money(report.spread_income)),
        ("skew charges", money(report.skew_charges)),
        ("skew rebates", money(report.rebates)),
        ("traders' profit", money(report.trader_pnl)),
    ];
    table(&[], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]))
}

fn rejected(report: &Report) -> String {
    if report.rejected.is_empty() {
        return "  none".to_owned();
    }
    let mut text = String::new();
    for (name, times) in &report.rejected {
        let first = report.rejected_first.get(name).unwrap_or(name);
        writeln!(text, "  {times:>4} times, the first: {first}").ok();
    }
    text.trim_end().to_owned()
}

fn probes(report: &Report) -> String {
    let mut text = String::new();
    for Refusal { order, error } in &report.probes {
        let error = error.clone().unwrap_or_else(|| "NOT REFUSED".red().bold().to_string());
        writeln!(text, "  {order:<27} {error}").ok();
    }
    text.trim_end().to_owned()
}

fn profit(report: &Report) -> String {
    let pnl = &report.pnl;
    let rows = [
        ("net asset value at the start", report.nav_start),
        ("net asset value at its lowest", report.nav_low),
        ("net asset value at the end", report.nav_end),
        ("profit of those who provided", report.lp_pnl),
        ("  from fees", pnl.fees),
        ("  from half spreads", pnl.spread),
        ("  from skew charges released", pnl.skew_released),
        ("  from positions, unhedged", pnl.positions),
        ("  from the hedge", pnl.hedge),
        ("  kept back by rounding", pnl.rounding),
    ];
    table(&[], rows.into_iter().map(|(name, value)| vec![name.to_owned(), money(value)]))
}

fn hedge(report: &Report) -> String {
    let hedge = &report.hedge;
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    let hourly = |variance: f64| format!("{:.2}", variance.sqrt());
    let rows = [
        ("rebalances", hedge.rebalances.to_string()),
        ("checkpoints", hedge.checkpoints.to_string()),
        ("cost, tips included", money(hedge.cost)),
        ("  tips", money(hedge.tips)),
        ("delta to hedge of capital, standard deviation", percent(hedge.tracking_error)),
        ("  of the options alone", percent(hedge.tracking_error_without)),
        ("hourly change of what LPs have, standard deviation", hourly(hedge.lp_pnl_variance_with_solver)),
        ("  of the same trades without the hedge", hourly(hedge.lp_pnl_variance_without)),
        ("deepest fall of what LPs have", percent(hedge.max_drawdown)),
        ("bad debt", money(report.bad_debt)),
    ];
    let inside = report.inside_market_share.map_or_else(|| "not comparable".to_owned(), percent);
    let rows = rows.into_iter().chain([("quotes inside of the market's, delta 0.15 to 0.85, 3 days or more", inside)]);
    table(&[], rows.map(|(name, value)| vec![name.to_owned(), value]))
}

fn gas(report: &Report) -> String {
    table(
        &["call", "times", "least", "median", "most"],
        report.gas.iter().map(|(label, gas)| {
            let numbers = [gas.count as u64, gas.min, gas.median, gas.max];
            let cells = numbers.map(|number| grouped(i128::from(number)));
            [label.clone()].into_iter().chain(cells).collect()
        }),
    )
}

fn audit(report: &Report) -> String {
    let audit = &report.audit;
    let mut rows = vec![
        vec!["supply".to_owned(), money(audit.total_supply)],
        vec![format!("with {} holders", audit.holders), money(audit.holders_sum)],
        vec!["in the clearing house".to_owned(), money(audit.clearing_balance)],
        vec!["in its ledger".to_owned(), money(audit.ledger_sum)],
    ];
    rows.extend(audit.remaining.iter().map(|(name, cash)| vec![format!("  {name}"), money(*cash)]));
    rows.push(vec!["  of the vault's, the skew reserve".to_owned(), money(audit.skew_reserve)]);
    let mut text = table(&[], rows);
    for (sentence, holds) in &audit.checks {
        let mark = if *holds { "yes".green().to_string() } else { "NO".red().bold().to_string() };
        write!(text, "\n  {mark:>3}  {sentence}").ok();
    }
    if !report.everybody_paid_out {
        let warning = "somebody could not be paid out: positions, cash or shares are left".yellow().to_string();
        write!(text, "\n       {warning}").ok();
    }
    text
}

/// An amount in tokens to the last atom, thousands apart.
fn money(atoms: Atoms) -> String {
    let sign = if atoms.0 < 0 { "-" } else { "" };
    let size = atoms.0.abs();
    let (whole, rest) = (size / 1_000_000, size % 1_000_000);
    format!("{sign}{}.{rest:06}", grouped(whole))
}

/// An integer with a comma between thousands.
pub fn grouped(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_to_the_last_atom() {
        assert_eq!(money(Atoms(1_234_567_000_001)), "1,234,567.000001");
        assert_eq!(money(Atoms(-999_999)), "-0.999999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(999), "999");
    }
}
