namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>What can go wrong with data sets, in words.</summary>
internal static class DataProblems
{
    public static Problem Unknown(string id) => new(
        "dataset_unknown", "There is no such data set.", $"The service has no data set \"{new string([.. id.Take(40).Select(c => char.IsControl(c) ? '?' : c)])}\" that this token may see.",
        "It may have expired: look at the list, or make it again.");

    public static Problem Wrong(string cause, string remedy, string field) => new("dataset_invalid", "The data set cannot be made.", cause, remedy, field);
}
