/// Words that say nothing about a picture.
public enum StopWords {
  /// English function words, and the words for the picture itself. Colours, numbers and places (`red`, `two`, `under`,
  /// `left`) are content and not among them.
  public static let english: Set<String> = Set(
    """
    a an the this that these those some any each every
    and or but nor so if then than as because while
    of for with in on to by from at into onto
    is are was were be been being am has have had having do does did doing can could will would shall should may might
    i me my we us our ours you your yours he him his she her hers it its they them their theirs
    who whom whose which what where when why how
    there here also very just only too such own same other
    not no
    image images photo photos photograph photographs picture pictures pic pics
    """.split { $0.isWhitespace }.map(String.init))
}
