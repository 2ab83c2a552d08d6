// Lucene impact search: term frequency = 8-bit document impact, score = sum(query weight * impact).
//   LuceneImpact build docs.csr indexDir ceiling [order.i32]
//   LuceneImpact query indexDir q.csr out.bin nq passes k...
// out.bin: for each k: float32 ms[passes][nq], int32 ids[nq][k] (-1 pads)
import java.io.*; import java.nio.*; import java.nio.channels.FileChannel; import java.nio.file.*; import java.util.*;
import org.apache.lucene.analysis.*; import org.apache.lucene.analysis.tokenattributes.*;
import org.apache.lucene.document.*; import org.apache.lucene.index.*; import org.apache.lucene.search.*;
import org.apache.lucene.search.similarities.Similarity; import org.apache.lucene.store.*;

public class LuceneImpact {
  static final class Impacts extends Similarity {
    public long computeNorm(FieldInvertState s) { return 1; }
    public SimScorer scorer(float boost, CollectionStatistics c, TermStatistics... t) {
      return new SimScorer() { public float score(float freq, long norm) { return boost * freq; } };
    }
  }
  static final class Toks extends TokenStream {
    final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    final TermFrequencyAttribute tf = addAttribute(TermFrequencyAttribute.class);
    int[] t; int[] f; int n, i;
    public boolean incrementToken() {
      if (i == n) return false;
      clearAttributes(); term.append("t").append(Integer.toString(t[i])); tf.setTermFrequency(f[i]); i++; return true;
    }
    public void reset() { i = 0; }
  }
  static final class Csr {
    int nrow; long[] ptr; MappedByteBuffer[] ib, vb; 
    static final int CH = 1 << 28;
    Csr(String p) throws IOException {
      try (FileChannel c = FileChannel.open(Path.of(p))) {
        ByteBuffer h = c.map(FileChannel.MapMode.READ_ONLY, 0, 24).order(ByteOrder.LITTLE_ENDIAN);
        nrow = (int) h.getLong(0); long nnz = h.getLong(16);
        ptr = new long[nrow + 1];
        c.map(FileChannel.MapMode.READ_ONLY, 24, 8L * (nrow + 1)).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(ptr);
        ib = map(c, 24 + 8L * (nrow + 1), nnz); vb = map(c, 24 + 8L * (nrow + 1) + 4 * nnz, nnz);
      }
    }
    static MappedByteBuffer[] map(FileChannel c, long off, long n) throws IOException {
      MappedByteBuffer[] r = new MappedByteBuffer[(int) ((n + CH - 1) / CH)];
      for (int i = 0; i < r.length; i++) {
        r[i] = c.map(FileChannel.MapMode.READ_ONLY, off + 4L * CH * i, 4L * Math.min(CH, n - (long) CH * i));
        r[i].order(ByteOrder.LITTLE_ENDIAN);
      }
      return r;
    }
    int idx(long j) { return ib[(int) (j / CH)].getInt((int) (j % CH) * 4); }
    float val(long j) { return vb[(int) (j / CH)].getFloat((int) (j % CH) * 4); }
  }
  public static void main(String[] a) throws Exception {
    if (a[0].equals("build")) {
      Csr c = new Csr(a[1]); int[] order = null;
      float scale = 255f / Float.parseFloat(a[3]);
      if (a.length > 4) {
        byte[] b = Files.readAllBytes(Path.of(a[4])); order = new int[b.length / 4];
        ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(order);
      }
      IndexWriterConfig cfg = new IndexWriterConfig().setSimilarity(new Impacts()).setRAMBufferSizeMB(1024).setUseCompoundFile(false);
      cfg.setMergeScheduler(new SerialMergeScheduler());
      try (IndexWriter w = new IndexWriter(FSDirectory.open(Path.of(a[2])), cfg)) {
        FieldType ft = new FieldType(); ft.setTokenized(true); ft.setOmitNorms(true); ft.setIndexOptions(IndexOptions.DOCS_AND_FREQS); ft.freeze();
        Toks ts = new Toks(); ts.t = new int[2048]; ts.f = new int[2048];
        for (int i = 0; i < c.nrow; i++) {
          int r = order == null ? i : order[i]; ts.n = 0;
          for (long j = c.ptr[r]; j < c.ptr[r + 1]; j++) {
            ts.t[ts.n] = c.idx(j); ts.f[ts.n++] = Math.max(1, Math.min(255, (int) Math.rint(c.val(j) * scale)));
          }
          Document d = new Document(); d.add(new Field("v", ts, ft)); w.addDocument(d);
        }
        w.forceMerge(1);
      }
    } else {
      try (DirectoryReader rd = DirectoryReader.open(new MMapDirectory(Path.of(a[1])))) {
        java.lang.management.ThreadMXBean mx = java.lang.management.ManagementFactory.getThreadMXBean();
        IndexSearcher s = new IndexSearcher(rd); s.setSimilarity(new Impacts()); s.setQueryCache(null);
        Csr q = new Csr(a[2]); int nq = Math.min(q.nrow, Integer.parseInt(a[4])), passes = Integer.parseInt(a[5]);
        Query[] qs = new Query[nq];
        for (int i = 0; i < nq; i++) {
          BooleanQuery.Builder b = new BooleanQuery.Builder();
          for (long j = q.ptr[i]; j < q.ptr[i + 1]; j++)
            b.add(new BoostQuery(new TermQuery(new Term("v", "t" + q.idx(j))), q.val(j)), BooleanClause.Occur.SHOULD);
          qs[i] = b.build();
        }
        try (DataOutputStream o = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(a[3])))) {
          for (int kk = 6; kk < a.length; kk++) {
            int k = Integer.parseInt(a[kk]); float[][] ms = new float[passes][nq]; int[] ids = new int[nq * k]; Arrays.fill(ids, -1);
            long w0 = System.nanoTime();           // warm up the JIT: at least one pass and 4 s
            do { for (Query x : qs) s.search(x, TopScoreDocCollector.createSharedManager(k, null, k)); } while (System.nanoTime() - w0 < 4_000_000_000L);
            for (int p = 0; p < passes; p++) for (int i = 0; i < nq; i++) {
              long t0 = mx.getCurrentThreadCpuTime();
              TopDocs td = s.search(qs[i], TopScoreDocCollector.createSharedManager(k, null, k));
              ms[p][i] = (mx.getCurrentThreadCpuTime() - t0) / 1e6f;
              for (int x = 0; x < td.scoreDocs.length; x++) ids[i * k + x] = td.scoreDocs[x].doc;
            }
            ByteBuffer bb = ByteBuffer.allocate(4 * (passes * nq + nq * k)).order(ByteOrder.LITTLE_ENDIAN);
            for (float[] r : ms) for (float x : r) bb.putFloat(x);
            for (int x : ids) bb.putInt(x);
            o.write(bb.array());
          }
        }
        long rss = 0;
        for (String l : Files.readAllLines(Path.of("/proc/self/status"))) if (l.startsWith("VmRSS")) rss = Long.parseLong(l.replaceAll("\\D", ""));
        System.out.println("rss_kb " + rss);
      }
    }
  }
}
