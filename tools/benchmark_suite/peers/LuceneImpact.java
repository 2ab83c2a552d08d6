import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TermFrequencyAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInvertState;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TermStatistics;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.search.similarities.Similarity;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.MMapDirectory;

/**
 * Impact search with Lucene: a term's frequency in a document is its 8-bit impact, a score the sum of query weight times impact.
 *
 *   LuceneImpact build DOCS.csr INDEX CEILING [ORDER.i32]
 *   LuceneImpact query INDEX QUERIES.csr OUT COUNT PASSES K...
 *
 * OUT holds for each K: float32 milliseconds[PASSES][COUNT], int32 documents[COUNT][K], -1 where a list ends.
 */
public class LuceneImpact {
  static final String FIELD = "v";
  static final long WARM_UP_NANOSECONDS = 4_000_000_000L;

  /** The score of a posting is boost times frequency. */
  static final class Impacts extends Similarity {
    @Override
    public long computeNorm(FieldInvertState state) {
      return 1;
    }

    @Override
    public SimScorer scorer(float boost, CollectionStatistics collection, TermStatistics... terms) {
      return new SimScorer() {
        @Override
        public float score(float frequency, long norm) {
          return boost * frequency;
        }
      };
    }
  }

  /** The tokens of one document with their impacts. */
  static final class Tokens extends TokenStream {
    final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    final TermFrequencyAttribute frequency = addAttribute(TermFrequencyAttribute.class);
    final int[] columns = new int[1 << 16];
    final int[] impacts = new int[1 << 16];
    int count;
    int next;

    @Override
    public boolean incrementToken() {
      if (next == count) return false;
      clearAttributes();
      term.append("t").append(Integer.toString(columns[next]));
      frequency.setTermFrequency(impacts[next]);
      next++;
      return true;
    }

    @Override
    public void reset() {
      next = 0;
    }
  }

  /** A .csr file; a mapping reaches 2 GiB, so that its arrays are mapped in parts. */
  static final class Csr {
    static final int PART = 1 << 28;
    final int rows;
    final long[] starts;
    final MappedByteBuffer[] columns;
    final MappedByteBuffer[] weights;

    Csr(String path) throws IOException {
      try (FileChannel file = FileChannel.open(Path.of(path))) {
        ByteBuffer head = file.map(FileChannel.MapMode.READ_ONLY, 0, 24).order(ByteOrder.LITTLE_ENDIAN);
        rows = (int) head.getLong(0);
        long entries = head.getLong(16);
        starts = new long[rows + 1];
        file.map(FileChannel.MapMode.READ_ONLY, 24, 8L * (rows + 1)).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(starts);
        long first = 24 + 8L * (rows + 1);
        columns = map(file, first, entries);
        weights = map(file, first + 4 * entries, entries);
      }
    }

    static MappedByteBuffer[] map(FileChannel file, long offset, long count) throws IOException {
      MappedByteBuffer[] parts = new MappedByteBuffer[(int) ((count + PART - 1) / PART)];
      for (int part = 0; part < parts.length; part++) {
        long length = Math.min(PART, count - (long) PART * part);
        parts[part] = file.map(FileChannel.MapMode.READ_ONLY, offset + 4L * PART * part, 4 * length);
        parts[part].order(ByteOrder.LITTLE_ENDIAN);
      }
      return parts;
    }

    int column(long entry) {
      return columns[(int) (entry / PART)].getInt((int) (entry % PART) * 4);
    }

    float weight(long entry) {
      return weights[(int) (entry / PART)].getFloat((int) (entry % PART) * 4);
    }
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("build")) {
      build(arguments[1], arguments[2], Float.parseFloat(arguments[3]), arguments.length > 4 ? order(arguments[4]) : null);
    } else {
      int[] ks = Arrays.stream(arguments, 6, arguments.length).mapToInt(Integer::parseInt).toArray();
      query(arguments[1], arguments[2], arguments[3], Integer.parseInt(arguments[4]), Integer.parseInt(arguments[5]), ks);
    }
  }

  static int[] order(String path) throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(path));
    int[] order = new int[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(order);
    return order;
  }

  static void build(String vectors, String index, float ceiling, int[] order) throws IOException {
    Csr csr = new Csr(vectors);
    IndexWriterConfig configuration = new IndexWriterConfig().setSimilarity(new Impacts()).setRAMBufferSizeMB(1024);
    configuration.setUseCompoundFile(false).setMergeScheduler(new SerialMergeScheduler());
    FieldType type = new FieldType();
    type.setTokenized(true);
    type.setOmitNorms(true);
    type.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    type.freeze();
    try (IndexWriter writer = new IndexWriter(FSDirectory.open(Path.of(index)), configuration)) {
      Tokens tokens = new Tokens();
      for (int place = 0; place < csr.rows; place++) {
        int row = order == null ? place : order[place];
        tokens.count = 0;
        for (long entry = csr.starts[row]; entry < csr.starts[row + 1]; entry++) {
          tokens.columns[tokens.count] = csr.column(entry);
          int impact = (int) Math.rint(csr.weight(entry) * (255f / ceiling));
          tokens.impacts[tokens.count++] = Math.max(1, Math.min(255, impact));
        }
        Document document = new Document();
        document.add(new Field(FIELD, tokens, type));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
  }

  static void query(String index, String path, String out, int count, int passes, int[] ks) throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try (DirectoryReader reader = DirectoryReader.open(new MMapDirectory(Path.of(index)));
        OutputStream file = new BufferedOutputStream(Files.newOutputStream(Path.of(out)))) {
      IndexSearcher searcher = new IndexSearcher(reader);
      searcher.setSimilarity(new Impacts());
      searcher.setQueryCache(null);
      Query[] queries = queries(new Csr(path), count);
      for (int k : ks) {
        warmUp(searcher, queries, k);
        float[][] milliseconds = new float[passes][queries.length];
        int[] documents = new int[queries.length * k];
        Arrays.fill(documents, -1);
        for (float[] pass : milliseconds) {
          for (int number = 0; number < queries.length; number++) {
            long before = threads.getCurrentThreadCpuTime();
            TopDocs found = search(searcher, queries[number], k);
            pass[number] = (threads.getCurrentThreadCpuTime() - before) / 1e6f;
            for (int rank = 0; rank < found.scoreDocs.length; rank++) {
              documents[number * k + rank] = found.scoreDocs[rank].doc;
            }
          }
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 * (passes * queries.length + documents.length));
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        for (float[] pass : milliseconds) for (float time : pass) bytes.putFloat(time);
        for (int document : documents) bytes.putInt(document);
        file.write(bytes.array());
      }
    }
    System.out.println("rss_kb " + residentKilobytes());
  }

  static Query[] queries(Csr csr, int count) {
    Query[] queries = new Query[Math.min(csr.rows, count)];
    for (int row = 0; row < queries.length; row++) {
      BooleanQuery.Builder builder = new BooleanQuery.Builder();
      for (long entry = csr.starts[row]; entry < csr.starts[row + 1]; entry++) {
        Query term = new TermQuery(new Term(FIELD, "t" + csr.column(entry)));
        builder.add(new BoostQuery(term, csr.weight(entry)), BooleanClause.Occur.SHOULD);
      }
      queries[row] = builder.build();
    }
    return queries;
  }

  static TopDocs search(IndexSearcher searcher, Query query, int k) throws IOException {
    return searcher.search(query, TopScoreDocCollector.createSharedManager(k, null, k));
  }

  /** At least one pass and four seconds, for the compiler of the JVM. */
  static void warmUp(IndexSearcher searcher, Query[] queries, int k) throws IOException {
    long began = System.nanoTime();
    do {
      for (Query query : queries) search(searcher, query, k);
    } while (System.nanoTime() - began < WARM_UP_NANOSECONDS);
  }

  static long residentKilobytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS")) return Long.parseLong(line.replaceAll("\\D", ""));
    }
    return 0;
  }
}
