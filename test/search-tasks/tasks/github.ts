import type { Task } from '../support/task.ts';

const HERE = { owner: 'lantern', repo: 'calendar' };

/** By the names that a source called `github` gives to the operations of GitHub's REST API. */
export const GITHUB_TASKS: readonly Task[] = [
  {
    goal: 'Report that the calendar does not start, and mark it as a bug.',
    steps: [
      {
        query: 'create an issue in a repository',
        tool: 'github_issues_create',
        args: { ...HERE, title: 'It does not start', body: 'Since today.', select: '{number: number}' },
        arrives: {
          method: 'POST',
          path: '/repos/lantern/calendar/issues',
          body: { title: 'It does not start', body: 'Since today.' },
        },
      },
      {
        query: 'add labels to an issue',
        tool: 'github_issues_add-labels',
        args: (before) => ({
          ...HERE,
          issue_number: before['number'] ?? null,
          body: { labels: ['bug'] },
          select: '[].name',
        }),
        arrives: {
          method: 'POST',
          path: '/repos/lantern/calendar/issues/1347/labels',
          body: { labels: ['bug'] },
        },
      },
    ],
  },
  {
    goal: 'Merge number 7 as one commit.',
    steps: [
      {
        query: 'merge a pull request',
        tool: 'github_pulls_merge',
        args: { ...HERE, pull_number: 7, merge_method: 'squash' },
        arrives: {
          method: 'PUT',
          path: '/repos/lantern/calendar/pulls/7/merge',
          body: { merge_method: 'squash' },
        },
      },
    ],
  },
  {
    goal: 'Who waits for a review?',
    steps: [
      {
        query: 'list open pull requests of a repository',
        tool: 'github_pulls_list',
        args: { ...HERE, state: 'open', per_page: 10, select: '[].number' },
        arrives: {
          method: 'GET',
          path: '/repos/lantern/calendar/pulls',
          query: { state: 'open', per_page: '10' },
        },
      },
    ],
  },
  {
    goal: 'Ask ann to look at number 7.',
    steps: [
      {
        query: 'request reviewers for a pull request',
        tool: 'github_pulls_request-reviewers',
        args: { ...HERE, pull_number: 7, reviewers: ['ann'], select: '{number: number}' },
        arrives: {
          method: 'POST',
          path: '/repos/lantern/calendar/pulls/7/requested_reviewers',
          body: { reviewers: ['ann'] },
        },
      },
    ],
  },
  {
    goal: 'Version 2 is out.',
    steps: [
      {
        query: 'create a release',
        tool: 'github_repos_create-release',
        args: { ...HERE, tag_name: 'v2.0.0', name: 'Two', select: '{id: id}' },
        arrives: {
          method: 'POST',
          path: '/repos/lantern/calendar/releases',
          body: { tag_name: 'v2.0.0', name: 'Two' },
        },
      },
    ],
  },
  {
    goal: 'Try again what failed in run 42.',
    steps: [
      {
        query: 'rerun the failed jobs of a workflow run',
        tool: 'github_actions_re-run-workflow-failed-jobs',
        args: { ...HERE, run_id: 42 },
        arrives: { method: 'POST', path: '/repos/lantern/calendar/actions/runs/42/rerun-failed-jobs' },
      },
    ],
  },
  {
    goal: 'What is in the read-me?',
    steps: [
      {
        query: 'get the contents of a file in a repository',
        tool: 'github_repos_get-content',
        args: { ...HERE, path: 'README.md', select: '{size: size}' },
        arrives: { method: 'GET', path: '/repos/lantern/calendar/contents/README.md' },
      },
    ],
  },
];
