//! A table that a notebook shows: as HTML, and as text with aligned columns.

use std::fmt::{self, Write as _};

/// Rows under a header; the first cell of a row names it.
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    /// Shows the table in a notebook; an `evcxr_display` calls this.
    pub(crate) fn show(&self) {
        show(&self.html(), &self.to_string());
    }

    fn html(&self) -> String {
        let cells = |open: &str, close: &str, cells: &[String]| {
            cells.iter().map(|cell| format!("<{open}>{}</{close}>", escape(cell))).collect::<Vec<_>>().concat()
        };
        let row = |row: &Vec<String>| {
            let (name, values) = (cells(r#"th scope="row""#, "th", &row[..1]), cells("td", "td", &row[1..]));
            format!("<tr>{name}{values}</tr>\n")
        };
        let header = cells(r#"th scope="col""#, "th", &self.header);
        let rows = self.rows.iter().map(row).collect::<Vec<_>>().concat();
        let caption = escape(&self.caption);
        format!(
            "<table>\n<caption>{caption}</caption>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>"
        )
    }
}

/// The caption, the header and the rows, every column aligned right.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = || std::iter::once(&self.header).chain(&self.rows);
        let width = |column: usize| lines().map(|line| line[column].chars().count()).max().unwrap_or(0);
        f.write_str(&self.caption)?;
        for line in lines() {
            f.write_char('\n')?;
            for (column, cell) in line.iter().enumerate() {
                let gap = if column == 0 { "" } else { "  " };
                write!(f, "{gap}{cell:>width$}", width = width(column))?;
            }
        }
        Ok(())
    }
}

/// Prints what the kernel shows as a cell's result: HTML, and text for programs that do not show HTML.
pub(crate) fn show(html: &str, text: &str) {
    for (mime, content) in [("text/html", html), ("text/plain", text)] {
        println!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT");
    }
}

/// Returns the text escaped for HTML, also inside a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let line = |cells: [&str; 3]| cells.map(String::from).to_vec();
        Table {
            caption: "a < b".into(),
            header: line(["class", "ŷ", "share"]),
            rows: vec![line(["<ants>", "0.25", "5.00 %"]), line(["\"b\" & c", "1", "95.00 %"])],
        }
    }

    #[test]
    fn html_has_a_caption_and_scopes_and_is_escaped() {
        let expected = r#"<table>
<caption>a &lt; b</caption>
<thead><tr><th scope="col">class</th><th scope="col">ŷ</th><th scope="col">share</th></tr></thead>
<tbody>
<tr><th scope="row">&lt;ants&gt;</th><td>0.25</td><td>5.00 %</td></tr>
<tr><th scope="row">&quot;b&quot; &amp; c</th><td>1</td><td>95.00 %</td></tr>
</tbody>
</table>"#;
        assert_eq!(table().html(), expected);
    }

    #[test]
    fn columns_of_text_are_aligned_right() {
        let expected = "a < b\n  class     ŷ    share\n <ants>  0.25   5.00 %\n\"b\" & c     1  95.00 %";
        assert_eq!(table().to_string(), expected);
    }
}
