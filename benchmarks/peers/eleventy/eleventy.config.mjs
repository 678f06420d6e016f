// Settings for Eleventy on the benchmark's notices.
import { readFileSync } from "node:fs";

const NOW = new Date(process.env.BENCHMARK_NOW);
const NAMES = JSON.parse(readFileSync(new URL("names.json", import.meta.url), "utf-8"));
const PAGE_SIZE = 50;
const FEED_SIZE = 50;
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const clock = new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const long = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone: "UTC" });

const isOpen = (data) =>
  !data.withdrawn && !data.filled && !data.expired && (!data.deadline || new Date(data.deadline) > NOW);

const terms = (data, dimension) =>
  data[dimension].map((key) => `<a href="/${dimension}/${key}/">${NAMES[dimension][key]}</a>`).join(", ");

function row(post) {
  const { data, url } = post;
  const deadline = data.deadline && new Date(data.deadline);
  const when = deadline
    ? `<time class="day" datetime="${deadline.toISOString()}">${day.format(deadline)}</time>
<span class="clock">${clock.format(deadline)}</span>`
    : `<span class="clock">No deadline stated</span>`;
  const state = isOpen(data) ? "open" : "closed";
  return `<li class="row">
<div class="when">
${when}
<span class="state ${state}">${state}</span>
</div>
<div class="what">
<h3><a href="${url}">${data.title}</a></h3>
<p>${terms(data, "organisations")}, ${terms(data, "countries")}</p>
</div>
<p class="grade">${terms(data, "grades")}</p>
</li>`;
}

// A row appears on many pages and is made only once.
const rows = new Map();
function rowOnce(post) {
  if (!rows.has(post.url)) rows.set(post.url, row(post));
  return rows.get(post.url);
}

const deadlineOf = (post) => (post.data.deadline ? new Date(post.data.deadline).getTime() : 0);

function termsOf(posts) {
  const found = new Map();
  for (const post of posts) {
    for (const dimension of Object.keys(NAMES)) {
      for (const key of post.data[dimension]) {
        const place = `${dimension}/${key}`;
        if (!found.has(place)) found.set(place, { place, dimension, key, name: NAMES[dimension][key], posts: [] });
        found.get(place).posts.push(post);
      }
    }
  }
  return [...found.values()];
}

function pagesOf(term) {
  const sorted = [...term.posts].sort((a, b) => deadlineOf(b) - deadlineOf(a));
  const total = Math.ceil(sorted.length / PAGE_SIZE);
  const address = (number) => (number === 1 ? `/${term.place}/` : `/${term.place}/page/${number}/`);
  return Array.from({ length: total }, (_, index) => ({
    ...term,
    posts: sorted.slice(index * PAGE_SIZE, (index + 1) * PAGE_SIZE),
    number: index + 1,
    total,
    address: address(index + 1),
    previous: index > 0 && address(index),
    next: index + 1 < total && address(index + 2),
  }));
}

export default function (eleventyConfig) {
  let posts;
  const byDate = (api) => (posts ??= api.getFilteredByGlob("content/postings/**/*.md").sort((a, b) => b.date - a.date));
  const newest = (found) => found.slice(0, FEED_SIZE);
  eleventyConfig.addCollection("newest", (api) => newest(byDate(api)));
  eleventyConfig.addCollection("open", (api) =>
    byDate(api).filter((post) => post.data.deadline && isOpen(post.data)).sort((a, b) => deadlineOf(a) - deadlineOf(b)));
  eleventyConfig.addCollection("terms", (api) => termsOf(byDate(api)).map((term) => ({ ...term, posts: newest(term.posts), count: term.posts.length })));
  eleventyConfig.addCollection("termPages", (api) => termsOf(byDate(api)).flatMap(pagesOf));
  eleventyConfig.addGlobalData("dimensions", Object.keys(NAMES));
  eleventyConfig.addFilter("row", rowOnce);
  // Nunjucks cannot name the variable open-to, so these two read it from all of the page's data.
  eleventyConfig.addFilter("isOpen", function () {
    return isOpen(this.ctx);
  });
  eleventyConfig.addFilter("terms", function (dimension) {
    return terms(this.ctx, dimension);
  });
  eleventyConfig.addFilter("iso", (date) => new Date(date).toISOString());
  eleventyConfig.addFilter("utc", (date) => new Date(date).toUTCString());
  eleventyConfig.addFilter("day", (date) => day.format(new Date(date)));
  eleventyConfig.addFilter("long", (date) => long.format(new Date(date)));
  eleventyConfig.addFilter("json", (value) => JSON.stringify(value).replaceAll("<", "\\u003c"));
  eleventyConfig.addPassthroughCopy("style.css");
  eleventyConfig.setQuietMode(true);
  return {
    dir: { input: ".", includes: "_includes", output: "public" },
    templateFormats: ["md", "njk"],
    markdownTemplateEngine: false,
    htmlTemplateEngine: "njk",
  };
}
