//! The page in a real browser, where there is one: headless Chromium, from `PORTCULLIS_TEST_PROGRAMS` or the machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{Run, rendered};
use crate::emit::fixture;
use crate::scratch::Scratch;

/// Drives a copy of the page that lets scripts run: the page itself allows none but its own.
const DRIVER: &str = "
const result = {};
const shown = (kind) => [...document.querySelectorAll(`[data-item=${kind}]`)].filter((item) => item.offsetParent).length;
const set = (name, value) => {
  const control = document.querySelector(value === undefined ? name : `[name=${name}]`);
  if (value === undefined) control.checked = !control.checked; else control.value = value;
  control.dispatchEvent(new Event('input', { bubbles: true }));
};
const note = (what) => { result[what] = `${shown('image')} ${shown('finding')}`; };
result.hidden = document.getElementById('filters').hidden;
result.wide = document.documentElement.scrollWidth > innerWidth;
note('all');
set('[value=deny]'); note('deny'); set('[value=deny]');
set('[value=high]'); note('high'); set('[value=high]');
set('image', '0'); note('image'); set('image', '');
set('text', 'BRANCH'); note('text'); result.words = document.querySelector('output').textContent;
set('text', ''); note('again');
location.hash = '#image-0-evidence-0';
addEventListener('hashchange', () => {
  result.unfolded = document.querySelector('#image-0-evidence-0 dl').offsetParent !== null;
  document.title = JSON.stringify(result);
});
";

struct Browser(PathBuf);

impl Browser {
    /// None, said in words, where there is none.
    fn find() -> Option<Self> {
        let unpacked = std::env::var_os("PORTCULLIS_TEST_PROGRAMS")
            .map(|folder| Path::new(&folder).join("chromium-headless-shell"));
        let found = unpacked
            .into_iter()
            .chain(["/usr/bin/chromium".into()])
            .find(|path| path.exists());
        if found.is_none() {
            eprintln!("skipped: neither chromium-headless-shell in PORTCULLIS_TEST_PROGRAMS nor chromium");
        }
        found.map(Self)
    }

    fn open(&self, scratch: &Scratch, page: &Path, arguments: &[&str]) -> Output {
        let done = Command::new(&self.0)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .args([
                "--enable-logging=stderr",
                "--hide-scrollbars",
                "--host-resolver-rules=MAP * ~NOTFOUND",
            ])
            .arg(format!("--user-data-dir={}", scratch.path.join("profile").display()))
            .args(arguments)
            .arg(format!("file://{}", page.display()))
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
        done
    }
}

/// What the page itself said on the console.
fn complaints(output: &Output) -> Vec<String> {
    let log = String::from_utf8_lossy(&output.stderr);
    log.lines()
        .filter(|line| line.contains("CONSOLE"))
        .map(str::to_owned)
        .collect()
}

/// What the page asked for beside itself. The browser asks its maker for news, whatever the page; no host answers it.
fn requests<'n>(net_log: &'n str, page: &Path) -> Vec<&'n str> {
    let own = |url: &str| {
        let host = url.split('/').nth(2).unwrap_or_default();
        host.ends_with(".google.com") || host.ends_with(".googleapis.com") || host == "google.com"
    };
    let page = format!("file://{}", page.display());
    let urls = net_log.split("\"url\":\"").skip(1);
    urls.filter_map(|rest| rest.split('"').next())
        .filter(|url| {
            ["http", "ws", "file", "ftp"]
                .iter()
                .any(|scheme| url.starts_with(scheme))
        })
        .filter(|url| *url != page && !own(url))
        .collect()
}

/// The page, and a copy that may be driven.
fn write(scratch: &Scratch, page: &str) -> (PathBuf, PathBuf) {
    let (own, driven) = (scratch.path.join("page.html"), scratch.path.join("driven.html"));
    let (before, rest) = page.split_once("<meta http-equiv").unwrap();
    let after = rest.split_once('>').unwrap().1;
    std::fs::write(&own, page).unwrap();
    std::fs::write(&driven, format!("{before}{after}<script>{DRIVER}</script>")).unwrap();
    (own, driven)
}

fn assert_quiet(browser: &Browser, run: &Run, scheme: u8, width: u16) {
    let scratch = Scratch::with(&[]);
    let (page, _) = write(&scratch, &rendered(run));
    let (picture, net_log) = (scratch.path.join("page.png"), scratch.path.join("net.json"));
    let output = browser.open(
        &scratch,
        &page,
        &[
            &format!("--window-size={width},2000"),
            &format!("--blink-settings=preferredColorScheme={scheme}"),
            &format!("--log-net-log={}", net_log.display()),
            &format!("--screenshot={}", picture.display()),
        ],
    );
    assert_eq!(complaints(&output), Vec::<String>::new());
    let net_log = std::fs::read_to_string(&net_log).unwrap();
    assert_eq!(requests(&net_log, &page), Vec::<&str>::new());
    assert!(std::fs::metadata(&picture).unwrap().len() > 10_000, "nothing was drawn");
}

#[test]
fn loads_without_a_complaint_or_a_request_in_every_light_and_width() {
    let Some(browser) = Browser::find() else { return };
    const DARK: u8 = 0;
    const LIGHT: u8 = 1;
    for (scheme, width) in [(DARK, 360), (DARK, 1280), (LIGHT, 360), (LIGHT, 1280)] {
        assert_quiet(&browser, &fixture::run(), scheme, width);
    }
    assert_quiet(&browser, &fixture::hostile(), LIGHT, 1280);
}

/// What would be seen if the page asked for something.
#[test]
fn request_is_noticed() {
    let log = "{\"url\":\"file:///p\"},{\"url\":\"https://e.example/x\"},{\"url\":\"file:///etc/passwd\"},{\"url\":\"data:,\"},\
               {\"url\":\"https://accounts.google.com/x\"},{\"url\":\"https://e.example/.google.com\"}";
    assert_eq!(
        requests(log, Path::new("/p")),
        [
            "https://e.example/x",
            "file:///etc/passwd",
            "https://e.example/.google.com"
        ]
    );
}

#[test]
fn filters_narrow_the_page_and_links_unfold() {
    let Some(browser) = Browser::find() else { return };
    let scratch = Scratch::with(&[]);
    let (_, driven) = write(&scratch, &rendered(&fixture::run()));
    for width in [360, 1280] {
        let output = browser.open(
            &scratch,
            &driven,
            &[&format!("--window-size={width},900"), "--dump-dom"],
        );
        assert_eq!(complaints(&output), Vec::<String>::new());
        let page = String::from_utf8(output.stdout).unwrap();
        let title = page.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0;
        let expected = serde_json::json!({
            "hidden": false, "wide": false, "all": "3 2", "deny": "1 1", "high": "1 1", "image": "1 0", "text": "1 0",
            "words": "Shown: 1 of 3 images, 0 of 2 findings, 0 of 2 signatures", "again": "3 2", "unfolded": true,
        });
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(title).ok(),
            Some(expected),
            "{title}"
        );
    }
}

/// What is folded on the screen is printed, with and without the script.
#[test]
fn print_shows_what_is_folded() {
    let Some(browser) = Browser::find() else { return };
    let scratch = Scratch::with(&[]);
    let page = rendered(&fixture::run());
    let silent = page.replace("<script>", "<script type=\"text/plain\">");
    let unfolded = silent.replace("<details", "<details open");
    let [page, silent, unfolded] = [page, silent, unfolded].map(|page| {
        let path = scratch.path.join("page.html");
        std::fs::write(&path, page).unwrap();
        let printed = scratch.path.join("page.pdf");
        browser.open(&scratch, &path, &[&format!("--print-to-pdf={}", printed.display())]);
        pages(&std::fs::read(printed).unwrap())
    });
    assert!(unfolded > 1, "{unfolded}");
    assert_eq!((page, silent), (unfolded, unfolded));
}

/// The number of pages of a PDF.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    assert!(text.starts_with("%PDF-"), "not a PDF");
    let counts = text.split("/Count ").skip(1);
    let numbers = counts.filter_map(|rest| rest.split(|next: char| !next.is_ascii_digit()).next()?.parse().ok());
    numbers.max().unwrap()
}
