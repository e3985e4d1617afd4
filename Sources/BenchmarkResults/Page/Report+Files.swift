extension Report {
    /// Writes `summary.csv`, `benchmark.txt`, `report.html`, and `decomposition.csv` and `growth.csv` where there is one.
    /// - Throws: ``BenchmarkError`` when they cannot be written.
    package func write(to folder: ResultsFolder) throws(BenchmarkError) {
        try ResultsFile.replace(folder.summaryFile, with: SummaryColumns.file(self))
        try ResultsFile.replace(
            folder.goBenchmarkFile,
            with: GoBenchmarkFormat.file(rows, suite: suite, environment: record.environment))
        if !decompositions.isEmpty {
            try ResultsFile.replace(folder.decompositionFile, with: Decomposition.file(decompositions))
        }
        let growth = Growth.all(of: self)
        if !growth.isEmpty { try ResultsFile.replace(folder.growthFile, with: Growth.file(growth)) }
        try ResultsFile.replace(folder.pageFile, with: ReportPage(of: self).html)
    }
}
