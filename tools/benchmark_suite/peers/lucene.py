"""Lucene 9.9, in the fat jar that the pyserini 0.24.0 package carries (the last one for Java 17).

8-bit impacts as term frequencies, one segment, a BooleanQuery of boosted terms (MaxScore or block-max WAND inside), float
query weights. LuceneImpact.java beside this file is compiled on first use; queries are timed inside the JVM by the processor
time of their thread, after a warm-up of at least four seconds.
"""
import glob
import os
import shutil
import subprocess
import sysconfig

import numpy as np

from .. import measuring
from .. import truth as exact
from . import Peer

JAR = os.path.join("pyserini", "resources", "jars", "anserini-*-fatjar.jar")
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "LuceneImpact.java")


def _jar():
    found = glob.glob(os.path.join(sysconfig.get_paths()["platlib"], JAR)) + glob.glob(
        os.path.join(sysconfig.get_paths()["purelib"], JAR))
    return found[0] if found else None


def _run(command):
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if answer.returncode:
        raise RuntimeError(answer.stderr.strip()[-500:])
    return answer.stdout


class Lucene(Peer):
    name = "lucene"
    bisected = True
    packages = (("pyserini==0.24.0", False),)

    def missing(self):
        if _jar() is None:
            return "the pyserini package holds no Anserini jar"
        if not (shutil.which("java") and shutil.which("javac")):
            return "it needs a JDK of version 17 or newer; on Debian: apt-get install openjdk-17-jdk-headless"

    def version(self):
        return "Lucene 9.9 in " + os.path.basename(_jar())

    def _java(self, folder, *arguments):
        classes = os.path.join(folder, "classes")
        compiled = os.path.join(classes, "LuceneImpact.class")
        if not os.path.exists(compiled) or os.path.getmtime(compiled) < os.path.getmtime(SOURCE):
            _run(["javac", "-cp", _jar(), "-d", classes, SOURCE])
        return _run([
            "java", "-Xmx6g", "-XX:+UseSerialGC", "-XX:+IgnoreUnrecognizedVMOptions", "--add-modules",
            "jdk.incubator.vector", "-cp", f"{_jar()}:{classes}", "LuceneImpact", *arguments])

    def build(self, csr, folder, workload):
        # Reads the workload's own file, in the order of the peer.
        order = [os.path.join(workload, "bp.i32")] if self.bisected else []
        self._java(folder, "build", os.path.join(workload, "docs.csr"), os.path.join(folder, "index"), str(self.ceiling), *order)

    def index_size(self, folder):
        from . import size
        return size(os.path.join(folder, "index"))

    def load(self, folder):
        self.folder = folder

    def measure_set(self, path, queries, ks, best):
        """All numbers of results of one query set, in one JVM: {k: summary}."""
        out = os.path.join(self.folder, "times.bin")
        count, passes = len(queries), measuring.PASSES
        printed = self._java(self.folder, "query", os.path.join(self.folder, "index"), path, out, str(count), str(passes),
                             *map(str, ks))
        self.resident = int(printed.split("rss_kb")[1]) * 1024
        results, at = {}, 0
        for k in ks:
            times = np.fromfile(out, np.float32, passes * count, offset=at).reshape(passes, count) * 1e6
            at += 4 * passes * count
            found = np.fromfile(out, np.int32, count * k, offset=at).reshape(count, k)
            at += 4 * count * k
            recalls = []
            for number, row in enumerate(found):
                row = row[row >= 0]
                recalls.append(exact.recall(self.order[row] if self.order is not None else row, best[number], k))
            results[k] = measuring.summary(times.astype(float), recalls)
        os.remove(out)
        return results


PEERS = [Lucene()]
