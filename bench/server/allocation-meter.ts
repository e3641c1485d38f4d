import { GCProfiler, getHeapStatistics } from 'node:v8';

const usedBytes = (): number => getHeapStatistics().used_heap_size;

/**
 * Counts bytes allocated on V8's heap. V8 in Node 20 has no such counter, but reports the heap's size before and after each
 * collection. The allocated bytes are the heap's growth between collections.
 */
export class AllocationMeter {
  private profiler: GCProfiler | undefined;
  private level = 0;

  start(): void {
    this.profiler = new GCProfiler();
    this.profiler.start();
    this.level = usedBytes();
  }

  /** @returns bytes allocated since the start, without memory outside the heap such as buffers */
  stop(): number {
    let level = this.level;
    let allocated = 0;
    for (const { beforeGC, afterGC } of this.profiler?.stop().statistics ?? []) {
      allocated += beforeGC.heapStatistics.usedHeapSize - level;
      level = afterGC.heapStatistics.usedHeapSize;
    }
    this.profiler = undefined;
    return allocated + usedBytes() - level;
  }
}
