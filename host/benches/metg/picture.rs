//! Efficiency over granularity, as SVG.

use std::error::Error;
use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::curve::Curve;
use crate::grid::{PATTERNS, Runner};

const SIZE: (u32, u32) = (1200, 520);
const FONT: &str = "sans-serif";
/// Told apart by colour-blind eyes too (Okabe and Ito's).
const COLOURS: [RGBColor; PATTERNS.len()] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
];
const GREY: RGBColor = RGBColor(110, 110, 110);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A panel for each number of workers.
pub(crate) fn draw(path: &Path, workers: &[u32], curves: &[Curve]) -> Result<()> {
    let drawn = draw_panels(path, workers, curves);
    drawn.map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))
}

fn draw_panels(path: &Path, workers: &[u32], curves: &[Curve]) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let panels = root.split_evenly((1, workers.len()));
    for (panel, workers) in panels.iter().zip(workers) {
        let own = curves.iter().filter(|it| it.runner.workers() == *workers);
        draw_panel(panel, own)?;
    }
    root.present()?;
    Ok(())
}

fn draw_panel<'a>(
    panel: &Area<'_>,
    curves: impl Iterator<Item = &'a Curve>,
) -> Result<(), Box<dyn Error>> {
    let mut curves: Vec<_> = curves.collect();
    // The limit lies below the others.
    curves.sort_by_key(|curve| colour(curve) != GREY);
    let title = curves.last().map(|curve| curve.runner.title());
    let mut chart = ChartBuilder::on(panel)
        .caption(title.unwrap_or_default(), (FONT, 20))
        .margin(16)
        .x_label_area_size(48)
        .y_label_area_size(56)
        .build_cartesian_2d((10.0..10_000.0).log_scale(), 0.0..105.0)?;
    chart
        .configure_mesh()
        .x_desc("granularity: a worker's time for each task, µs")
        .y_desc("efficiency, %")
        .x_label_formatter(&|granularity: &f64| format!("{granularity:.0}"))
        .y_label_formatter(&|percent: &f64| format!("{percent:.0}"))
        .y_max_light_lines(1)
        .label_style((FONT, 14))
        .draw()?;
    let half = [(10.0, 50.0), (10_000.0, 50.0)];
    chart.draw_series(DashedLineSeries::new(half, 6, 4, GREY.into()))?;
    for curve in curves {
        let colour = colour(curve);
        let points = curve.points.iter();
        let points = points.map(|point| (point.granularity, 100.0 * point.efficiency));
        let points: Vec<_> = points
            .filter(|(granularity, _)| *granularity <= 10_000.0)
            .collect();
        let name = match curve.runner {
            Runner::Bare { .. } => "wasmtime alone",
            _ => curve.pattern,
        };
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.9))
        .border_style(GREY)
        .label_font((FONT, 14))
        .draw()?;
    Ok(())
}

fn colour(curve: &Curve) -> RGBColor {
    let place = PATTERNS.iter().position(|it| *it == curve.pattern);
    match (curve.runner, place) {
        (Runner::Bare { .. }, _) | (_, None) => GREY,
        (_, Some(place)) => COLOURS[place],
    }
}
