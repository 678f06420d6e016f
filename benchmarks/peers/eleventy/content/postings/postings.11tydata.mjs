export default {
  layout: "posting.njk",
  permalink: (data) => `/postings/${data.page.fileSlug}/`,
};
