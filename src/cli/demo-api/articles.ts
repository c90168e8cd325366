import { nextId, refuseWhenFull } from './desk.ts';
import { readBody, readQuery } from './input.ts';
import { created, ok, type Operation } from './operation.ts';
import { cursorParameter, limitParameter, pageOf } from './page.ts';
import { invalidRequest, notFound } from './problem.ts';
import { articleCategory, newArticle, type Section, text } from './schemas.ts';
import { toTime } from './time.ts';
import type { Article } from './types.ts';

const MAX_SECTION_DEPTH = 8;

export const articleOperations: readonly Operation[] = [
  {
    id: 'search_articles',
    method: 'GET',
    path: '/articles',
    run(desk, request) {
      const { query, category, limit, cursor } = readQuery(request.query, {
        query: { schema: text(1, 200).optional(), from: 'text' },
        category: { schema: articleCategory.optional(), from: 'text' },
        ...limitParameter,
        ...cursorParameter,
      });
      const words = (query ?? '').toLowerCase().split(/\s+/).filter(Boolean);
      const keys = new Map<Article, string>();
      for (const article of desk.articles.values()) {
        const score =
          category === undefined || article.category === category ? scoreOf(article, words) : undefined;
        // Best first, then by id: the score is turned round so that both sort upwards.
        if (score !== undefined) keys.set(article, `${String(9999 - score).padStart(4, '0')} ${article.id}`);
      }
      const page = pageOf([...keys.keys()], { limit, cursor, key: (article) => keys.get(article)! });
      return ok({ ...page, items: page.items.map(summarize) });
    },
  },
  {
    id: 'create_article',
    method: 'POST',
    path: '/articles',
    hasBody: true,
    run(desk, request) {
      readQuery(request.query, {});
      const { title, category, labels, sections } = readBody(request.body, newArticle);
      if (depthOf(sections) > MAX_SECTION_DEPTH) {
        throw invalidRequest([
          {
            in: 'body',
            at: '/sections',
            detail: `sections may be nested to a depth of ${MAX_SECTION_DEPTH}`,
          },
        ]);
      }
      refuseWhenFull(desk.articles, 'articles');
      const article: Article = {
        id: nextId(desk, 'KB'),
        title,
        category,
        labels: labels ?? [],
        updatedAt: toTime(desk.now()),
        sections,
      };
      desk.articles.set(article.id, article);
      return created(`/articles/${article.id}`, article);
    },
  },
  {
    id: 'get_article',
    method: 'GET',
    path: '/articles/{articleId}',
    run(desk, request) {
      readQuery(request.query, {});
      const id = request.path['articleId']!;
      const article = desk.articles.get(id);
      if (article === undefined) throw notFound('article', id, 'search_articles shows all of them.');
      return ok(article);
    },
  },
];

/** How well an article fits: 5 for a word of the title, 3 for a label, 1 for the text; `undefined` when a word is missing. */
function scoreOf(article: Article, words: readonly string[]): number | undefined {
  const title = article.title.toLowerCase();
  const labels = article.labels.join(' ');
  const body = textOf(article.sections).toLowerCase();
  let score = 0;
  for (const word of words) {
    const points =
      (title.includes(word) ? 5 : 0) + (labels.includes(word) ? 3 : 0) + (body.includes(word) ? 1 : 0);
    if (points === 0) return undefined;
    score += points;
  }
  return score;
}

function textOf(sections: readonly Section[]): string {
  return sections
    .map((section) => `${section.heading} ${section.text} ${textOf(section.sections ?? [])}`)
    .join(' ');
}

function depthOf(sections: readonly Section[]): number {
  return sections.length === 0
    ? 0
    : 1 + Math.max(...sections.map((section) => depthOf(section.sections ?? [])));
}

function summarize(article: Article): Omit<Article, 'sections'> {
  const { sections: _sections, ...summary } = article;
  return summary;
}
