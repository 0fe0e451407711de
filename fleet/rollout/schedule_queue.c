#include "fleet/rollout/schedule_queue.h"

void pk_task_queue_init(struct pk_task_queue *queue)
{
	queue->first = PK_NO_TASK;
	queue->last = PK_NO_TASK;
}

void pk_task_queue_put(struct pk_task_queue *queue, struct pk_task_entry *entries, uint32_t task)
{
	entries[task].before = queue->last;
	entries[task].after = PK_NO_TASK;
	if (queue->last == PK_NO_TASK)
		queue->first = task;
	else
		entries[queue->last].after = task;
	queue->last = task;
}

void pk_task_queue_remove(struct pk_task_queue *queue, struct pk_task_entry *entries, uint32_t task)
{
	struct pk_task_entry *entry = &entries[task];
	if (entry->before == PK_NO_TASK)
		queue->first = entry->after;
	else
		entries[entry->before].after = entry->after;
	if (entry->after == PK_NO_TASK)
		queue->last = entry->before;
	else
		entries[entry->after].before = entry->before;
}

/* Equal times: by number, so that nothing depends on how the heap came to be. */
static bool is_before(const struct pk_task_entry *entries, uint32_t a, uint32_t b)
{
	if (entries[a].at_ms != entries[b].at_ms)
		return entries[a].at_ms < entries[b].at_ms;
	return a < b;
}

void pk_task_heap_put(struct pk_task_heap *heap, const struct pk_task_entry *entries, uint32_t task)
{
	size_t at = heap->len++;
	while (at > 0 && is_before(entries, task, heap->items[(at - 1) / 2])) {
		heap->items[at] = heap->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->items[at] = task;
}

uint32_t pk_task_heap_take(struct pk_task_heap *heap, const struct pk_task_entry *entries)
{
	uint32_t first = heap->items[0];
	uint32_t task = heap->items[--heap->len];
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= heap->len)
			break;
		if (child + 1 < heap->len &&
			is_before(entries, heap->items[child + 1], heap->items[child]))
			child++;
		if (!is_before(entries, heap->items[child], task))
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	if (heap->len > 0)
		heap->items[at] = task;
	return first;
}
