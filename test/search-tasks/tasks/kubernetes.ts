import type { Task } from '../support/task.ts';

const POD_SPEC = '/properties/spec/properties/template/properties/spec';

const CONTAINER = `${POD_SPEC}/properties/containers/items`;

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'registry.example/web:1' }] },
    },
  },
};

/** By the names that a source called `kubernetes` gives to the operations of a Kubernetes API server. */
export const KUBERNETES_TASKS: readonly Task[] = [
  {
    goal: 'Which pods run in the namespace shop?',
    steps: [
      {
        query: 'list pods in a namespace',
        tool: 'kubernetes_listCoreV1NamespacedPod',
        args: { namespace: 'shop', limit: 20 },
        arrives: { method: 'GET', path: '/api/v1/namespaces/shop/pods', query: { limit: '20' } },
      },
    ],
  },
  {
    goal: 'Why does web-1 crash? Show what it wrote last.',
    steps: [
      {
        query: 'read the logs of a pod',
        tool: 'kubernetes_readCoreV1NamespacedPodLog',
        args: { namespace: 'shop', name: 'web-1', previous: true, tailLines: 50 },
        arrives: {
          method: 'GET',
          path: '/api/v1/namespaces/shop/pods/web-1/log',
          query: { previous: 'true', tailLines: '50' },
        },
      },
    ],
  },
  {
    goal: 'Run two copies of the web server.',
    steps: [
      {
        query: 'create a deployment',
        tool: 'kubernetes_createAppsV1NamespacedDeployment',
        pointers: [POD_SPEC, CONTAINER],
        members: ['replicas', 'selector', 'containers', 'image'],
        args: { namespace: 'shop', ...DEPLOYMENT },
        arrives: { method: 'POST', path: '/apis/apps/v1/namespaces/shop/deployments', body: DEPLOYMENT },
      },
    ],
  },
  {
    goal: 'There is a rush: five copies of web.',
    steps: [
      {
        query: 'scale a deployment to more replicas',
        tool: 'kubernetes_patchAppsV1NamespacedDeploymentScale',
        args: { namespace: 'shop', name: 'web', body: { spec: { replicas: 5 } } },
        arrives: {
          method: 'PATCH',
          path: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
          body: { spec: { replicas: 5 } },
        },
      },
    ],
  },
  {
    goal: 'Let nothing new start on node-3, and take web-1 off it.',
    steps: [
      {
        query: 'cordon a node so that no new pods are scheduled on it',
        tool: 'kubernetes_patchCoreV1Node',
        args: { name: 'node-3', body: { spec: { unschedulable: true } } },
        arrives: { method: 'PATCH', path: '/api/v1/nodes/node-3', body: { spec: { unschedulable: true } } },
      },
      {
        query: 'evict a pod',
        tool: 'kubernetes_createCoreV1NamespacedPodEviction',
        args: { namespace: 'shop', name: 'web-1', metadata: { name: 'web-1' } },
        arrives: {
          method: 'POST',
          path: '/api/v1/namespaces/shop/pods/web-1/eviction',
          body: { metadata: { name: 'web-1' } },
        },
      },
    ],
  },
  {
    goal: 'Give web its settings in a config map.',
    steps: [
      {
        query: 'create a config map',
        tool: 'kubernetes_createCoreV1NamespacedConfigMap',
        args: { namespace: 'shop', metadata: { name: 'web' }, data: { COLOR: 'green' } },
        arrives: {
          method: 'POST',
          path: '/api/v1/namespaces/shop/configmaps',
          body: { metadata: { name: 'web' }, data: { COLOR: 'green' } },
        },
      },
    ],
  },
  {
    goal: 'The nightly report is stuck: remove its job.',
    steps: [
      {
        query: 'delete a job',
        tool: 'kubernetes_deleteBatchV1NamespacedJob',
        args: { namespace: 'shop', name: 'report-1', propagationPolicy: 'Background' },
        arrives: {
          method: 'DELETE',
          path: '/apis/batch/v1/namespaces/shop/jobs/report-1',
          // The API takes it in either place, under one name.
          query: { propagationPolicy: 'Background' },
          body: { propagationPolicy: 'Background' },
        },
      },
    ],
  },
  {
    goal: 'What happened in shop lately?',
    steps: [
      {
        query: 'list events in a namespace',
        tool: 'kubernetes_listCoreV1NamespacedEvent',
        args: { namespace: 'shop', fieldSelector: 'type=Warning' },
        arrives: {
          method: 'GET',
          path: '/api/v1/namespaces/shop/events',
          query: { fieldSelector: 'type=Warning' },
        },
      },
    ],
  },
];
